import { describe, expect, test } from 'vitest'
import { say } from '../../src/core/lang.ts'
import type { Entry, RepairEvent } from '../../src/core/repair.ts'
import { storyToUndo, undoLines } from '../../src/cli/undo.ts'
import { storiesOf, storyOf } from '../../src/repairing.ts'
import { stepWords } from '../../src/repair/words.ts'
import { penFor } from '../../src/report/pen.ts'
import { renderJournal } from '../../src/report/repair/journal.ts'
import { renderPlan } from '../../src/report/repair/plan.ts'
import { planOf, startAgent } from './plan.ts'

test('a change over the API is written as one types it: in the plan, while it runs, in the journal, and taken back', () => {
  const [enable, disable] = ['--enable', '--disable'].map((to) => ['openstack', 'port', 'set', to, 'p'])
  const step = { ...startAgent, on: 'api', run: enable ?? [], undo: disable ?? [] }
  const plan = planOf('r1', [step])
  const events: readonly RepairEvent[] = [
    { event: 'planned', plan, found: { verdict: 'broken', causes: [] } },
    { event: 'begun', step: 0, doing: 'do', on: 'api', run: step.run, before: '' },
  ]
  const entries = events.map((event) => entryOf('r1', event))
  const pen = penFor({ lang: 'en', color: false, width: 100, verbose: false })
  const story = storyOf(entries, 'r1')
  const typed = '$ openstack port set --enable p'
  expect(renderPlan(plan, pen)).toContain(`  ${typed}\n`)
  expect(stepWords('api', step.run).zh).toBe(typed)
  expect(renderJournal(entries, pen)).toContain(`runs ${typed}`)
  expect(story && undoLines(story)).toEqual(['r1  vm1', '  $ openstack port set --disable p'])
  expect(stepWords('comp1', startAgent.run).en).toMatch(/^comp1# systemctl start/)
})

const found = { verdict: 'broken', causes: [] } as const
const closed = (outcome: 'fixed' | 'undone'): RepairEvent => ({ event: 'closed', outcome, why: say('', ''), found })
const did: readonly RepairEvent[] = [
  { event: 'begun', step: 0, doing: 'do', on: 'comp1', run: startAgent.run, before: 'inactive' },
  { event: 'ended', step: 0, doing: 'do', outcome: 'done', exit: 0, words: '', now: 'active 1' },
]
const storyOfEvents = (...repairs: readonly (readonly RepairEvent[])[]) =>
  storiesOf(
    repairs.flatMap((events, i) => {
      const planned: RepairEvent = { event: 'planned', plan: planOf(`r${i + 1}`), found }
      return [planned, ...events].map((event) => entryOf(`r${i + 1}`, event))
    }),
  )

describe('undo without a number', () => {
  test('takes back the last repair that stands', () => {
    expect(storyToUndo(storyOfEvents([...did, closed('fixed')], [closed('undone')]), undefined).id).toBe('r1')
  })
  test('ends one that was cut off before its first step, and leaves what was repaired before', () => {
    expect(storyToUndo(storyOfEvents([...did, closed('fixed')], []), undefined).id).toBe('r2')
  })
  test('says where there is nothing', () => {
    expect(() => storyToUndo(storyOfEvents([closed('undone')]), undefined)).toThrow(/no repair to take back/)
  })
})

function entryOf(repair: string, event: RepairEvent): Entry {
  return { n: 1, at: '2026-11-24T13:57:02Z', repair, by: { user: '', machine: '' }, prev: '', ...event }
}

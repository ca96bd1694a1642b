import { expect, test } from 'vitest'
import type { Entry, RepairEvent } from '../../src/core/repair.ts'
import { undoLines } from '../../src/cli/undo.ts'
import { storyOf } from '../../src/repairing.ts'
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
  const entries = events.map((event): Entry => {
    return { n: 1, at: '2026-11-24T13:57:02Z', repair: 'r1', by: { user: '', machine: '' }, prev: '', ...event }
  })
  const pen = penFor({ lang: 'en', color: false, width: 100, verbose: false })
  const story = storyOf(entries, 'r1')
  const typed = '$ openstack port set --enable p'
  expect(renderPlan(plan, pen)).toContain(`  ${typed}\n`)
  expect(stepWords('api', step.run).zh).toBe(typed)
  expect(renderJournal(entries, pen)).toContain(`runs ${typed}`)
  expect(story && undoLines(story)).toEqual(['r1  vm1', '  $ openstack port set --disable p'])
  expect(stepWords('comp1', startAgent.run).en).toMatch(/^comp1# systemctl start/)
})

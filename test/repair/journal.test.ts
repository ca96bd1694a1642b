import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { say } from '../../src/core/lang.ts'
import type { RepairEvent } from '../../src/core/repair.ts'
import { openJournal, readJournal, storyOf } from '../../src/repairing.ts'
import { planOf } from './plan.ts'

const by = { user: 'alice', machine: 'ops', from: '192.0.2.7' }
const plan = planOf('r1')
const events: readonly RepairEvent[] = [
  { event: 'planned', plan, found: { verdict: 'broken', causes: ['dead-vlan-4095 on comp1'] } },
  { event: 'begun', step: 0, doing: 'do', on: 'comp1', run: ['true'], before: 'a' },
  { event: 'ended', step: 0, doing: 'do', outcome: 'done', exit: 0, words: '', now: 'b' },
  { event: 'closed', outcome: 'fixed', why: say('it works', '正常') },
]
let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oldhand-journal-'))
  path = join(folder, 'state/repairs.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true }))

async function written(some: readonly RepairEvent[] = events): Promise<void> {
  const journal = await openJournal(path, by)
  for (const event of some) await journal.write('r1', event)
  await journal.close()
}

test('what was written is read again, over several runs, as one chain; and says who', async () => {
  await written(events.slice(0, 2))
  await written(events.slice(2))
  const { entries, damage, torn } = await readJournal(path)
  expect(entries.map(({ n, event }) => [n, event])).toEqual(events.map(({ event }, i) => [i + 1, event]))
  expect([damage, torn, entries[0]?.by]).toEqual([[], false, by])
  expect(storyOf(entries, 'r1')).toMatchObject({ outcome: 'fixed', steps: [{ progress: 'done', after: 'b' }] })
})

test('a step that was begun and never ended is not known to be done', async () => {
  await written(events.slice(0, 2))
  expect(storyOf((await readJournal(path)).entries, 'r1')?.steps).toEqual([{ progress: 'unknown' }])
})

describe('a journal that another hand has changed', () => {
  const lines = () => readFileSync(path, 'utf8').trimEnd().split('\n')
  test.each([
    ['a word', () => lines().map((line, i) => (i === 1 ? line.replace('comp1', 'comp2') : line))],
    ['a line taken out', () => lines().toSpliced(2, 1)],
    ['a line put in', () => lines().toSpliced(2, 0, lines()[1] ?? '')],
    ['the first line taken out', () => lines().slice(1)],
  ])('%s: is told, and not written to', async (_, change) => {
    await written()
    writeFileSync(path, `${change().join('\n')}\n`)
    expect((await readJournal(path)).damage).not.toEqual([])
    await expect(openJournal(path, by)).rejects.toThrow(/another hand/)
  })
})

test('a line that a crash has cut off harms nothing: the next goes on after it', async () => {
  await written(events.slice(0, 2))
  appendFileSync(path, '{"n":3,"at":"2026-')
  expect(await readJournal(path)).toMatchObject({ torn: true, damage: [] })
  await written(events.slice(2))
  const { entries, damage } = await readJournal(path)
  expect([entries.length, damage]).toEqual([4, []])
})

test('one process at a time', async () => {
  const journal = await openJournal(path, by)
  await expect(openJournal(path, by)).rejects.toThrow(/wait for it/)
  await journal.close()
  await (await openJournal(path, by)).close()
})

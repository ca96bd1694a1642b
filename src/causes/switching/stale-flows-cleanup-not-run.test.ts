import { describe, expect, test } from 'vitest'
import { type Change, changed, flowsOf, ofVm, verdictOn } from '../../../test/changed.ts'

/** The healthy VM's host after its agent was restarted and has not cleaned up: its mark (table 23) alone is new. */

const id = 'stale-flows-cleanup-not-run'
const restarted: Change = flowsOf('comp1', 'br-int', (lines) =>
  lines.map((line) => (/table=23,/.test(line) ? line.replace(/cookie=0x\w+/, 'cookie=0xbeef') : line)),
)
const cookieOf = (lines: readonly string[]) => /cookie=(0x\w+).*table=23,/.exec(lines.join('\n'))?.[1] ?? ''
/** Added first: while the mark still shows the cookie of the run before. */
const left = (rule: string, packets = 7): Change =>
  flowsOf('comp1', 'br-int', (lines) => [
    ...lines,
    ` cookie=${cookieOf(lines)}, duration=9000s, table=0, n_packets=${packets}, n_bytes=600, idle_age=2, priority=${ofVm(rule)}`,
  ])
const young: Change = ({ ask, stdout }) => aged(ask, stdout, 20)
const old: Change = ({ ask, stdout }) => aged(ask, stdout, 5000)
const aged = (ask: { host: string; argv: readonly string[] }, stdout: string, age: number) =>
  ask.host === 'comp1' && ask.argv[0] === 'ps' ? stdout.replace(/^( *\d+ +\d+ +)\d+/gm, `$1${age}`) : undefined
const silent: Change = ({ ask }) => (ask.pipe?.[0]?.includes('Reserved cookies for ') ? '' : undefined)

const dead = '2,in_port=3 actions=drop'

describe('a flow of the run before that drops what the VM sends', () => {
  test.each<[string, string, readonly Change[]]>([
    ['is proven by the log', 'certain', [left(dead), restarted, old]],
    ['is likely while the agent starts', 'likely', [left(dead), restarted, young]],
    ['is likely where it has met no packet', 'likely', [left(dead, 0), restarted, old]],
    ['is nobody knows whose where the log is silent', 'unknown', [left(dead), restarted, old, silent]],
    ['is not stale where the agent is still the one that wrote it', 'ruled out', [left(dead), old]],
    ['is none of this VM where it names another port', 'ruled out', [left('2,in_port=4 actions=drop'), restarted, old]],
  ])('%s', async (_, verdict, changes) => {
    expect(verdictOn(await changed('healthy', ...changes), id, 'comp1')).toBe(verdict)
  })

  test('is one cause, and the foreign flow its consequence', async () => {
    const { causes } = await changed('healthy', left(dead), restarted, old)
    expect(causes.map((c) => [c.cause.id, c.explainedBy])).toEqual([
      [id, []],
      ['brint-foreign-flow', [id]],
    ])
  })
})

test('whatever else the run before has left is in force, and no cause', async () => {
  const counted: Change = flowsOf('comp1', 'br-int', (lines) =>
    lines.map((line) => line.replace(/n_packets=0\b/, 'n_packets=9')),
  )
  const { verdict, causes, warnings } = await changed('healthy', counted, restarted, old)
  expect([verdict, causes, warnings]).toEqual(['healthy', [], []])
})

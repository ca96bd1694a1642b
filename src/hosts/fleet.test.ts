import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Ask } from '../core/answer.ts'
import type { Transport } from '../core/transport.ts'
import { openFleet } from './fleet.ts'

/** The same script that goes over SSH, run by the local shell. */

const here = 'this-host'
const ask = (argv: readonly string[], more: Partial<Ask> = {}): Ask => ({ host: here, argv, ...more })
let fleet: Transport
let folder: string

beforeAll(() => {
  // With a folder in it that this user may not enter, a command that is missing would be one that is refused.
  vi.stubEnv('PATH', '/usr/local/bin:/usr/bin:/bin')
  folder = mkdtempSync(join(tmpdir(), 'oldhand-test-'))
  fleet = openFleet({ targets: {}, localNames: [here], commandDeadlineMs: 2000, deadlineMs: 50_000 })
})
afterAll(async () => {
  await fleet.close()
  rmSync(folder, { recursive: true })
  vi.unstubAllEnvs()
})

test('each answer has its own output, exit status and order, whatever the others print', async () => {
  const answers = await fleet.ask([
    ask(['printf', 'a\nb']),
    ask(['sh', '-c', 'echo out; echo err >&2; exit 3']),
    ask(['printf', '\n\noldhand-0 B 0\n']),
    ask(['cat', '/dev/null']),
    ask(['sh', '-c', 'cat']),
  ])
  expect(answers.map((a) => [a.stdout, a.stderr, a.exit, a.failure?.reason])).toEqual([
    ['a\nb', '', 0, undefined],
    ['out\n', 'err\n', 3, 'exit'],
    ['\n\noldhand-0 B 0\n', '', 0, undefined],
    ['', '', 0, undefined],
    ['', '', 0, undefined],
  ])
})

test('a failure says what kind it is, and is never an empty answer', async () => {
  const answers = await fleet.ask([
    ask(['sleep', '30']),
    ask(['no-such-command-here']),
    ask(['seq', '100000'], { maxBytes: 20 }),
    ask(['ls', '/no/such/place']),
    ask(['ls', '/no/such/place'], { okExits: [0, 2] }),
  ])
  expect(answers.map((a) => a.failure?.reason)).toEqual(['timeout', 'not installed', 'truncated', 'exit', undefined])
  expect(answers[3]?.failure?.detail.en).toMatch(/No such file/)
  expect(answers[2]?.stdout).toBe('1\n2\n3\n4\n5\n6\n7\n8\n9\n10')
})

test('a command that came too late on its way is not begun', async () => {
  const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0])
  const mark = (name: string, notAfter: number) => ask(['touch', join(folder, name)], { notAfter })
  const answers = await fleet.ask([mark('late', uptime - 1), mark('in-time', uptime + 20)])
  expect(answers.map((a) => [a.exit, a.stderr])).toEqual([
    [75, 'came too late, and was not begun\n'],
    [0, ''],
  ])
  expect(readdirSync(folder).filter((name) => name === 'late' || name === 'in-time')).toEqual(['in-time'])
})

test('a filter that finds nothing is an answer; one that breaks is a failure', async () => {
  const answers = await fleet.ask([
    ask(['seq', '3'], {
      pipe: [
        ['grep', '-E', '2|3'],
        ['tail', '-n', '1'],
      ],
    }),
    ask(['seq', '3'], { pipe: [['grep', '9']] }),
    ask(['seq', '3'], { pipe: [['grep', '-E', '(']] }),
    ask(['sh', '-c', 'exit 7'], { pipe: [['grep', 'x']] }),
  ])
  expect(answers.map((a) => [a.stdout, a.failure?.reason])).toEqual([
    ['3\n', undefined],
    ['', undefined],
    ['', 'exit'],
    ['', 'exit'],
  ])
})

test('secrets are gone from an answer as soon as there is one', async () => {
  const file = join(folder, 'agent.ini')
  writeFileSync(file, 'transport_url = rabbit://u:PLANTED@h:5672/\npassword=PLANTED\nbridge_mappings = physnet1:br0\n')
  const [answer] = await fleet.ask([ask(['cat', file])])
  expect(answer?.stdout).toContain('bridge_mappings = physnet1:br0')
  expect(JSON.stringify(answer)).not.toContain('PLANTED')
})

test('a host that cannot be reached costs its own answers only, and says what to check', async () => {
  const answers = await fleet.ask([ask(['echo', 'x']), { host: 'no-such-host.invalid', argv: ['true'] }])
  expect(answers[0]?.stdout).toBe('x\n')
  expect(answers[1]?.failure?.reason).toMatch(/unreachable|not installed/)
  expect(answers[1]?.failure?.detail.en).toMatch(/ssh_config|install the OpenSSH client/)
})

test('nothing is left behind on the host', async () => {
  const before = readdirSync(tmpdir())
  const own = openFleet({ targets: {}, localNames: [here], commandDeadlineMs: 2000, deadlineMs: 5000 })
  await own.ask([ask(['echo', 'x'])])
  await own.close()
  expect(
    readdirSync(tmpdir()).filter(
      (name) => name.startsWith('oldhand-') && !before.includes(name) && !name.startsWith('oldhand-test'),
    ),
  ).toEqual([])
})

test('the deadline for the whole ends a session, and keeps what was answered', async () => {
  const own = openFleet({ targets: {}, localNames: [here], commandDeadlineMs: 60_000, deadlineMs: 1500 })
  const answers = await own.ask([ask(['echo', 'early']), ask(['sleep', '100']), ask(['echo', 'late'])])
  await own.close()
  expect(answers.map((a) => [a.stdout, a.failure?.reason])).toEqual([
    ['early\n', undefined],
    ['', 'timeout'],
    ['', 'timeout'],
  ])
})

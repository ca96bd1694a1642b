import { afterAll, expect, test } from 'vitest'
import type { Ask } from '../core/answer.ts'
import { openFleet } from './fleet.ts'

/** On this machine's own shell, as on a host that is asked without SSH. */
const fleet = openFleet({ targets: {}, localNames: ['here'], commandDeadlineMs: 5000, deadlineMs: 20_000 })
afterAll(() => fleet.close())

const ask = (script: string): Ask => ({ host: 'here', argv: ['sh', '-c', script] })

function listenTo(script: string) {
  let heard = ''
  const listening = fleet.listen(ask(script), {
    sign: 'listening on',
    onBytes: (b) => (heard += Buffer.from(b).toString()),
  })
  return { ...listening, heard: () => heard }
}

test('what a command writes comes while it runs, and it is ready when it says so', async () => {
  const ear = listenTo('echo "listening on tap" >&2; printf one; sleep 30; printf two')
  expect(await ear.ready).toBe(true)
  for (let i = 0; i < 100 && ear.heard() === ''; i++) await new Promise((r) => setTimeout(r, 20))
  expect(ear.heard()).toBe('one')
  ear.stop()
  expect((await ear.answer).failure?.reason).toBe('unreachable')
})

test('bytes come as they are', async () => {
  let heard = Buffer.alloc(0)
  const { answer } = fleet.listen(ask(`printf '\\377\\000\\012password=x'`), {
    sign: '',
    onBytes: (bytes) => (heard = Buffer.concat([heard, bytes])),
  })
  await answer
  expect(heard).toEqual(Buffer.from([0xff, 0, 0x0a, ...Buffer.from('password=x')]))
})

test('a command that is not there is not silence: it never was ready, and the reason is told', async () => {
  const ear = fleet.listen({ host: 'here', argv: ['no-such-tcpdump'] }, { sign: 'listening on', onBytes: () => {} })
  expect(await ear.ready).toBe(false)
  expect((await ear.answer).failure?.reason).toBe('not installed')
})

test('one that fails tells its own words', async () => {
  const ear = listenTo('echo "tcpdump: tap1: No such device exists" >&2; exit 1')
  expect(await ear.ready).toBe(false)
  expect((await ear.answer).failure?.detail.en).toMatch(/No such device exists/)
})

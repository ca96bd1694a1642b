import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { guarded } from '../core/guard.ts'
import type { Bench } from '../core/transport.ts'
import { endingOf } from './ending.ts'

/** What experiments have running is ended early, by real processes on this machine. */

const here: Pick<Bench, 'ask' | 'close'> = {
  close: async () => {},
  ask: async (asks) =>
    asks.map((ask) => {
      const { status, stdout, stderr } = spawnSync(ask.argv[0] ?? '', ask.argv.slice(1), { encoding: 'utf8' })
      return { ask, stdout, stderr, exit: status, ms: 1 }
    }),
}
const bench: Bench = { ...here, start: () => expect.unreachable() }

async function running(run: string): Promise<ChildProcess> {
  const [program = '', ...args] = guarded(run, '20', ['sleep', '20'])
  const child = spawn(program, args, { stdio: 'ignore' })
  onTestFinished(() => void child.kill())
  await once(child, 'spawn')
  return child
}
const runs = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null

test('nothing is ended while one of them needs it, then all of this run, and nothing of another', async () => {
  const [mine, other] = await Promise.all([running('5a5b5c5d'), running('6a6b6c6d')])
  const ending = endingOf('5a5b5c5d', bench)
  let finish = () => {}
  ending.notBefore(pause(50), ['here'])
  ending.notBefore(new Promise<void>((resolve) => (finish = resolve)))
  await pause(200)
  expect([runs(mine), runs(other)]).toEqual([true, true])
  finish()
  await Promise.all([ending.told(), once(mine, 'exit')])
  expect([runs(mine), runs(other)]).toEqual([false, true])
})

test('what is begun when it has been told goes on', async () => {
  const ending = endingOf('7a7b7c7d', bench)
  ending.notBefore(pause(50), ['here'])
  await ending.told()
  const next = await running('7a7b7c7d')
  await pause(200)
  expect(runs(next)).toBe(true)
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { runOn } from '../../lab/index.ts'
import type { Repairs } from './repairs.ts'
import { program } from './tool.ts'

type Disturb = (kill: () => void) => Promise<void>

const killed: Disturb = async (kill) => kill()

/** Every sshd of the host stands still, with what is on its way to it; it goes on when Oldhand is dead. */
const silenced: Disturb = async (kill) => {
  await runOn('comp1', ['pkill', '-STOP', '-x', 'sshd'])
  try {
    await sleep(3000 + Math.random() * 3000)
    kill()
  } finally {
    await runOn('comp1', ['pkill', '-CONT', '-x', 'sshd'])
  }
}

export const disturbances: readonly (readonly [name: string, Disturb])[] = [
  ['kill -9 of Oldhand', killed],
  ['SIGSTOP of sshd', silenced],
]

/**
 * Runs a fix of vm1, and does something to it at a random moment after its plan was written down: before that nothing is
 * changed. One that was over by then is taken back, and another one begun. Returns the moment, and `lasts` is the last of
 * them. Unit: milliseconds.
 */
export async function disturbedFix(
  r: Repairs,
  args: readonly string[],
  lasts: number,
  disturb: Disturb,
): Promise<number> {
  for (;;) {
    const ms = Math.random() * lasts
    if (await wasDisturbed(r, args, ms, disturb)) return ms
    expect((await r.undo()).code).toBe(0)
  }
}

async function wasDisturbed(r: Repairs, args: readonly string[], ms: number, disturb: Disturb): Promise<boolean> {
  const argv = ['fix', 'vm1', '--yes', ...args, ...r.reach]
  const env = { ...process.env, OS_CLIENT_CONFIG_FILE: r.lab.cloudsFile, LC_ALL: 'C.UTF-8' }
  const child = spawn('ip', ['netns', 'exec', r.lab.opsNetns, process.execPath, program, ...argv], {
    env,
    stdio: 'ignore',
  })
  const ended = once(child, 'exit')
  const size = sizeOf(r.journal)
  while (sizeOf(r.journal) === size && child.exitCode === null) await sleep(20)
  expect(sizeOf(r.journal), 'nothing was planned').toBeGreaterThan(size)
  await sleep(ms)
  if (child.exitCode !== null) return false
  await disturb(() => child.kill('SIGKILL'))
  await ended
  return true
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

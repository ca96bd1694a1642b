import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { guarded } from '../core/guard.ts'
import type { Transport } from '../core/transport.ts'
import { look } from './sweep.ts'

/** What `oldhand sweep` takes for a leftover, by real processes whose age alone is another. */

async function running(run: string, seconds: number): Promise<void> {
  const [program = '', ...args] = guarded(run, String(seconds), ['sleep', '30'])
  const child = spawn(program, args, { stdio: 'ignore' })
  onTestFinished(() => void child.kill())
  await once(child, 'spawn')
}

/** This machine, where each of these runs has begun so many seconds ago. */
const here = (ages: Readonly<Record<string, number>>): Transport => ({
  close: async () => {},
  ask: async (asks) =>
    asks.map((ask) => {
      const all = ask.argv[0] === 'ps' ? execFileSync('ps', ask.argv.slice(1), { encoding: 'utf8' }) : ''
      const age = (line: string) => ages[/OLDHAND=(\w{8})/.exec(line)?.[1] ?? '']
      const lines = all
        .split('\n')
        .map((line) =>
          line.replace(/^( *\d+ +)\d+/, (head, pid: string) => (age(line) === undefined ? head : `${pid}${age(line)}`)),
        )
      return { ask, stdout: lines.join('\n'), stderr: '', exit: 0, ms: 1 }
    }),
})

test('a watch of ten minutes is at work for ten minutes, an experiment for seconds', async () => {
  const [watch, experiment] = ['0a1b2c3d', '4e5f6071']
  await Promise.all([running(watch, 600), running(experiment, 4)])
  const inUse = async (age: number) => {
    const [swept] = await look(['here'], here({ [watch]: age, [experiment]: age }))
    return [watch, experiment].map((run) => swept?.found.filter((f) => f.run === run).map((f) => f.inUse)[0])
  }
  expect(await inUse(3)).toEqual([true, true])
  expect(await inUse(120)).toEqual([true, false])
  expect(await inUse(700)).toEqual([false, false])
})

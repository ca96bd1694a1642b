import type { Bench } from '../core/transport.ts'
import { ending } from './sweep.ts'

/** Ends on the hosts what experiments that are made at once have running there, once none of them needs it any more. */
export interface Ending {
  /** Nothing is ended before `done`; `hosts`: where something waits to be ended. */
  readonly notBefore: (done: Promise<unknown>, hosts?: readonly string[]) => void
  /** Resolves when all hosts were told: what is begun later is not meant. */
  readonly told: () => Promise<void>
}

/** By the mark of the run, so that it is told once and for all of them. A host that is not reached ends it by itself. */
export function endingOf(run: string, bench: Bench): Ending {
  const places = new Set<string>()
  const needs: Promise<unknown>[] = []
  let open = 0
  const over = async () => {
    open--
    if (open === 0) await bench.ask([...places].map((host) => ({ host, ...ending(run) })))
  }
  return {
    notBefore: (done, hosts = []) => {
      for (const host of hosts) places.add(host)
      open++
      needs.push(done.then(over))
    },
    told: async () => void (await Promise.all(needs)),
  }
}

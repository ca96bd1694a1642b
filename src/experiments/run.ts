import type { Ask } from '../core/answer.ts'

/** The variable that marks what an experiment starts: it stands in the arguments of the `timeout` above it. */
export const MARK = 'OLDHAND'

/** As root on a host, marked with the run, and ended by the host itself after its time whatever becomes of us. */
export const guarded = (run: string, seconds: number, argv: readonly string[]): Pick<Ask, 'argv' | 'root'> => ({
  root: true,
  // SIGINT: tcpdump then writes what it still has, and tells how much it has seen.
  argv: ['timeout', '-s', 'INT', '-k', '1', String(seconds), 'env', `${MARK}=${run}`, ...argv],
})

/** What `timeout` ends with when the time was up: for a capture that is the rule. */
export const TIME_WAS_UP = 124

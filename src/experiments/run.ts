import type { Ask } from '../core/answer.ts'

/** The variable that marks what an experiment starts: it stands in the arguments of the `timeout` above it. */
const MARK = 'OLDHAND'

/** As root on a host, marked with the run, and ended by the host itself after its time whatever becomes of us. */
export const guarded = (run: string, seconds: number, argv: readonly string[]): Pick<Ask, 'argv' | 'root'> => ({
  root: true,
  // SIGINT: tcpdump then writes what it still has, and tells how much it has seen.
  argv: ['timeout', '-s', 'INT', '-k', '1', String(seconds), 'env', `${MARK}=${run}`, ...argv],
})

/** What `timeout` ends with when the time was up: for a capture that is the rule. */
export const TIME_WAS_UP = 124

/** The longest that anything of a run may last on a host: each command there runs under a `timeout` of ten seconds. */
export const LONGEST_S = 15

/** How that which an experiment puts on a host is known: in each, the run. */
export const marks = {
  process: /\bOLDHAND=([0-9a-f]{8})\b/,
  /** Of an Open vSwitch port: 11 characters, for a device may have 15. */
  port: /^oh([0-9a-f]{8})\d$/,
  namespace: /^oldhand-([0-9a-f]{8})$/,
}

/** A regular expression for the processes of a run that does not match the command in which it stands itself. */
export const processesOf = (run: string): string => `${MARK}=[${run.slice(0, 1)}]${run.slice(1)}`

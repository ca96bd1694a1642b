/** The variable that marks what Oldhand leaves running on a host: it stands in the arguments of the `timeout` above it. */
const MARK = 'OLDHAND'

/** A command marked with its run, and ended by the host itself after its time, whatever becomes of us. `seconds` in digits. */
export const guarded = (run: string, seconds: string, argv: readonly string[]): readonly string[] => [
  // SIGINT: tcpdump then writes what it still has, and tells how much it has seen.
  ...['timeout', '-s', 'INT', '-k', '1', seconds, 'env', `${MARK}=${run}`],
  ...argv,
]

/** The command that was guarded. */
export const unguarded = (argv: readonly string[]): readonly string[] =>
  argv.slice(argv.findIndex((word) => word.startsWith(`${MARK}=`)) + 1)

/** What is seen of a guarded command in a list of processes. */
export const guardedIn = /(?:-k 1 (\d+) env )?\bOLDHAND=([0-9a-f]{8})\b/

/** A regular expression for the processes of a run that does not match the command in which it stands itself. */
export const processesOf = (run: string): string => `${MARK}=[${run.slice(0, 1)}]${run.slice(1)}`

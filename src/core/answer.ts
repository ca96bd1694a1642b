import type { Failure } from './failure.ts'

/** The pseudo host that answers API requests: `['GET', service, path?query]`. */
export const API = 'api'

/**
 * One read-only question to one host.
 *
 * `argv` is never a shell string. `root` runs it through `sudo -n` where the login is not root.
 * `pipe` filters its output on the host (as the login user), so that a whole log never crosses the wire.
 */
export interface Ask {
  readonly host: string
  readonly argv: readonly string[]
  readonly root?: boolean
  readonly pipe?: readonly (readonly string[])[]
  /** Exit statuses that are an answer, not a failure. Default `[0]`. */
  readonly okExits?: readonly number[]
  /** Answers under 1 MiB are kept whole unless this says less. Unit: bytes. */
  readonly maxBytes?: number
  /** By the host's own uptime: later than this it is not begun any more, however long the way there took. Unit: seconds. */
  readonly notAfter?: number
}

/** What came back. A failure has the shape of a success plus a reason; it is never an empty answer. */
export interface Answer {
  readonly ask: Ask
  readonly stdout: string
  readonly stderr: string
  /** `null` where the command never ended (or never began). */
  readonly exit: number | null
  readonly ms: number
  readonly failure?: Failure
}

/** Where a reading comes from. */
export interface Origin {
  readonly host: string
  readonly command: string
}

/** A value that remembers the line it was read from. `line` stands verbatim in the command's output. */
export interface Reading<T> extends Origin {
  readonly value: T
  readonly line: string
  /** Where the point is that the output does not have something: what was looked for. `line` is its first then. */
  readonly absent?: string
}

/** Evidence, once its value has been judged. */
export type Evidence = Reading<unknown>

export const originOf = (answer: Answer): Origin => ({ host: answer.ask.host, command: commandLine(answer.ask) })

export const reading = <T>(value: T, line: string, origin: Origin): Reading<T> => ({
  host: origin.host,
  command: origin.command,
  value,
  line: line.trimEnd(),
})

/** Evidence that what was looked for is not in an answer. */
export const without = (absent: string, whole: Evidence): Evidence => ({ ...whole, absent })

/** Evidence without its twins. */
export const distinct = (all: readonly Evidence[]): readonly Evidence[] => [
  ...new Map(all.map((e) => [JSON.stringify([e.host, e.command, e.line, e.absent]), e])).values(),
]

/** The command as a person would type it to see the same. */
export function commandLine(ask: Pick<Ask, 'argv' | 'pipe' | 'root' | 'host'>): string {
  if (ask.host === API) return ask.argv.join(' ')
  const commands = [ask.argv, ...(ask.pipe ?? [])].map((argv) => argv.map(quoteForPeople).join(' '))
  return (ask.root ? 'sudo ' : '') + commands.join(' | ')
}

// A placeholder stays bare: pasted as it is, it is an error of the shell and does nothing.
const quoteForPeople = (word: string) =>
  /^([\w@%+=:,./-]+|([\w.-]+[=:])?<[A-Z]+>)$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/** `comp1# ovs-vsctl …`: a prompt, and what to type there. API commands (`$ openstack …`) are typed anywhere. */
export const typed = (on: string, run: readonly string[]): string =>
  `${on === API ? '$' : `${on}#`} ${commandLine({ host: '', argv: run })}`

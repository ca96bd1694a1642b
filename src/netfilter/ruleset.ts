import type { Reading } from '../core/answer.ts'

/** What `iptables-save` prints (iptables-save(8)), with nothing left out. */
export interface Ruleset {
  readonly tables: ReadonlyMap<string, Table>
  /** Lines that are no part of its format: kept and counted, never guessed at. */
  readonly unrecognised: readonly string[]
  /** False where a table has no `COMMIT`: the output was cut, and rules may be missing. */
  readonly complete: boolean
  /** Its word that the other backend has rules too, which are not in this output. */
  readonly elsewhere?: Reading<string>
  /** The first line: cited where the point is that something is not there. */
  readonly whole: Reading<string>
}
export interface Table {
  readonly name: string
  readonly chains: ReadonlyMap<string, Chain>
}
export interface Chain {
  readonly name: string
  /** `ACCEPT` or `DROP` of a built-in chain; absent of any other. */
  readonly policy?: string
  readonly counters?: Counters
  readonly rules: readonly Rule[]
  /** Its `:CHAIN` line. */
  readonly source: Reading<string>
}
export interface Counters {
  readonly packets: number
  readonly bytes: number
}
export interface Rule {
  readonly chain: string
  /** Only with `iptables-save -c`. */
  readonly counters?: Counters
  /** In order. Those before any `-m` (`-s`, `-p`, `-i`, …) have no module. */
  readonly matches: readonly Match[]
  /** Absent where the rule only counts. */
  readonly target?: Target
  readonly source: Reading<string>
}
export interface Match {
  readonly module?: string
  readonly options: readonly Option[]
}
export interface Target {
  readonly name: string
  /** `-g`: what the chain returns to is not this rule's chain but that chain's caller. */
  readonly goto: boolean
  readonly options: readonly Option[]
}
export interface Option {
  /** As printed: `-s`, `--dport`, … */
  readonly name: string
  readonly negated: boolean
  readonly values: readonly string[]
}

import type { Answer, Evidence } from './answer.ts'
import type { AnyCause } from './cause.ts'
import type { Comparison } from './comparison.ts'
import type { Experiment } from './experiment.ts'
import type { Leg } from './hop.ts'
import type { Say } from './lang.ts'
import type { Subject } from './subject.ts'
import type { Found } from './verdict.ts'

/** One cause, found on one host (`api` for what is wrong in Neutron itself). */
export interface Suspect {
  readonly cause: AnyCause
  readonly host: string
  readonly verdict: Found<unknown>
  /** Found causes that explain it, deepest first. */
  readonly explainedBy: readonly string[]
}
export interface Excluded {
  readonly id: string
  readonly host: string
  readonly because: readonly Evidence[]
}
export interface Unjudged {
  readonly id: string
  readonly host: string
  readonly missing: Say
}
/** Something that changed before it broke. */
export interface Change {
  /** Milliseconds since the epoch, by the host's own clock. */
  readonly at: number
  readonly host: string
  readonly what: Say
  readonly because: Evidence
}
export interface Diagnosis {
  readonly verdict: 'broken' | 'healthy' | 'undetermined'
  readonly subject: Subject
  /** Ranked. */
  readonly causes: readonly Suspect[]
  readonly warnings: readonly Suspect[]
  readonly ruledOut: readonly Excluded[]
  readonly unknown: readonly Unjudged[]
  readonly journey: readonly Leg[]
  /** What packets that were sent have shown (`--prove`). */
  readonly experiments: readonly Experiment[]
  /** Newest first. */
  readonly changes: readonly Change[]
  /** Every question without an answer. */
  readonly unread: readonly Answer[]
  /** What could not be known because of how the subject was found, in words. */
  readonly limits: readonly Say[]
  /** What would settle an undetermined verdict. */
  readonly toSettle: readonly Say[]
  /** With other VMs, where one was made. */
  readonly comparison?: Comparison
  readonly asked: number
  /** When the answers were recorded, ISO 8601; absent for a live cloud. */
  readonly recordedAt?: string
  readonly tookMs: number
  /** All answers, for `-v`. */
  readonly answers: readonly Answer[]
}

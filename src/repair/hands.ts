import type { Answer } from '../core/answer.ts'
import type { Say } from '../core/lang.ts'
import type { Proof, RepairEvent, RepairStep, Snapshot } from '../core/repair.ts'
import type { Journal } from './journal/journal.ts'
import type { Look } from './plan.ts'

/** What a cause's own check says on facts that were read just now. */
export interface Checked {
  readonly is: 'ruled out' | 'found' | 'unknown'
  readonly says: Say
}

/** All that a repair has of the world. */
export interface Hands {
  /** Bound to this repair. */
  readonly journal: Pick<Journal, 'entries'> & { readonly write: (event: RepairEvent) => Promise<void> }
  readonly look: Look
  /** Runs a command of the catalogue, once. Never rejects. */
  readonly act: (host: string, run: readonly string[]) => Promise<Answer>
  /** False once the lock on the host is gone: then nothing may be changed any more. */
  readonly isLocked: () => boolean
  readonly check: (cause: string, host: string) => Promise<Checked>
  readonly diagnose: () => Promise<Snapshot>
  /** Sends packets as the VM. Absent where nobody agreed to that. */
  readonly prove?: () => Promise<Proof>
  /** Asked before each step. */
  readonly agrees: (step: RepairStep) => Promise<boolean>
  readonly tell: (line: Say) => void
  /** How often, and for how long, a check is repeated until it is ruled out. Milliseconds. */
  readonly patience: {
    readonly everyMs: number
    readonly forMs: (step: RepairStep) => number
    /** A command that was sent, and of whose end nothing was heard, may still begin for this long. */
    readonly lateMs: number
  }
}

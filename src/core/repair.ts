import type { Say } from './lang.ts'
import type { Risk } from './step.ts'
import type { Sureness } from './verdict.ts'

/** One change on one host, as it is planned, shown, journalled and carried out. */
export interface RepairStep {
  readonly on: string
  readonly run: readonly string[]
  readonly risk: Risk
  readonly say: Say
  /** Ids of the causes that it is meant to end: their checks say whether it did. None where a later step is to. */
  readonly causes: readonly string[]
  /** What it changes, in words. */
  readonly touches: Say
  /** What was there when the plan was made; read again before the step runs. */
  readonly before: string
  /** Absent where nothing is there to take back (a restart changes no configuration). */
  readonly undo?: readonly string[]
}

/** Another way to end the same causes, or a way that may not be taken and why. */
export interface Alternative extends RepairStep {
  readonly notTaken: Say
}

/** What only a person does: at the switch, in the guest, in the API. */
export interface Instruction {
  readonly on: string
  readonly say: Say
  readonly run?: readonly string[]
}

export interface PlannedCause {
  readonly id: string
  readonly host: string
  readonly sure: Sureness
  readonly title: Say
  readonly says: Say
  /** `host: command: line`, to hand over. */
  readonly evidence: readonly string[]
}

/** A repair touches one host: what is wrong on another comes after, in a repair of its own. */
export interface Plan {
  readonly id: string
  /** What the operator typed. */
  readonly asked: string
  readonly vm: string
  readonly port: string
  readonly network: string
  readonly verdict: 'broken' | 'healthy' | 'undetermined'
  /** Absent where nothing is planned. */
  readonly host?: string
  readonly causes: readonly PlannedCause[]
  readonly steps: readonly RepairStep[]
  readonly alternatives: readonly Alternative[]
  readonly instructions: readonly Instruction[]
  /** At the end packets are sent as the VM: that its causes are gone is not yet that it is served. */
  readonly proves: boolean
  /** Packets have shown what is wrong: by packets it is checked, too. */
  readonly byPackets?: true
  /** Found, and not part of this repair. */
  readonly later: readonly PlannedCause[]
}

export type Doing = 'do' | 'undo'
export type StepOutcome = 'done' | 'failed' | 'not done'
/** How a repair ended. `stopped`: something was not as the plan assumed, and a person has to look. */
export const repairOutcomes = ['fixed', 'kept', 'undone', 'stopped'] as const
export type RepairOutcome = (typeof repairOutcomes)[number]

/** What is known of the VM at one time, short enough for a journal. */
export interface Snapshot {
  readonly verdict: Plan['verdict']
  /** `id on host`. */
  readonly causes: readonly string[]
}

/** What became of packets that were sent as the VM after a repair. */
export interface Proof {
  readonly is: 'served' | 'lost' | 'unknown'
  readonly says: Say
}

export type RepairEvent =
  | { readonly event: 'planned'; readonly plan: Plan; readonly found: Snapshot }
  | {
      readonly event: 'begun'
      readonly step: number
      readonly doing: Doing
      readonly on: string
      readonly run: readonly string[]
      readonly before: string
    }
  | {
      readonly event: 'ended'
      readonly step: number
      readonly doing: Doing
      readonly outcome: StepOutcome
      /** Exit status; `null` where it never came back and the host was looked at instead. */
      readonly exit: number | null
      readonly words: string
      /** What is there now; absent where it could not be read. */
      readonly now?: string
    }
  | {
      readonly event: 'checked'
      readonly step: number
      readonly cause: string
      readonly is: 'ruled out' | 'found' | 'unknown'
      readonly says: Say
    }
  | ({ readonly event: 'proven' } & Proof)
  | { readonly event: 'closed'; readonly outcome: RepairOutcome; readonly why: Say; readonly found?: Snapshot }

/** One line of the journal. */
export type Entry = RepairEvent & {
  /** Line number, from 1. */
  readonly n: number
  /** ISO 8601. */
  readonly at: string
  readonly repair: string
  readonly by: { readonly user: string; readonly machine: string; readonly from?: string }
  /** SHA-256 (hexadecimal) of the line before, without its line end; of '' for the first. */
  readonly prev: string
}

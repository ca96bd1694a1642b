import type { Evidence } from './answer.ts'
import type { Scope } from './cause.ts'
import type { CauseId } from './cause-ids.gen.ts'
import type { Gap } from './experiment.ts'
import type { Say } from './lang.ts'
import type { Segment } from './subject.ts'
import type { Sureness } from './verdict.ts'

/** What a VM that is compared has in common with the VM that is diagnosed. */
export const kinds = ['this VM', 'same network and host', 'same network', 'same host', 'elsewhere'] as const
export type Kind = (typeof kinds)[number]

/** Judged by the same checks as any VM: `unknown` where nothing wrong was found, and it was not seen to work either. */
export const cellStatuses = ['works', 'broken', 'unknown'] as const
export type CellStatus = (typeof cellStatuses)[number]

/** What is compared: whether DHCP (or ARP) passes where that is what the VM fails at, else the whole diagnosis. */
export const questions = ['dhcp', 'arp', 'all'] as const
export type Question = (typeof questions)[number]

/** VMs that are compared: one for each variable, and a second witness for host and for network. */
export const MOST_SIBLINGS = 6

/** What packets sent as a VM of the matrix have shown, at the same time as those of all others. */
export const proofs = ['works', 'lost', 'unknown'] as const
export interface ProvenCell {
  readonly is: (typeof proofs)[number]
  /** Where they are lost. */
  readonly gap?: Gap
  /** What the VM was taken for before, by what was read alone. Absent for the VM itself. */
  readonly passively?: CellStatus
}

/** One VM of the matrix network × host. */
export interface Cell {
  readonly vm: string
  /** UUID. */
  readonly port: string
  readonly network: string
  readonly networkId: string
  readonly host: string
  readonly kind: Kind
  /** It has security groups, and just those of the VM. */
  readonly sameGroups: boolean
  /** Why this VM of all. */
  readonly why: Say
  readonly status: CellStatus
  /** The cause that nothing else explains, of a broken one. */
  readonly cause?: { readonly id: CauseId; readonly host: string }
  /** False for one that is broken by what the VM does not have: no witness of the VM's failure. */
  readonly alike: boolean
  /** What nobody could see, of one that is unknown. */
  readonly missing?: Say
  readonly because: readonly Evidence[]
  /** Absent where no packet was sent as it. */
  readonly proven?: ProvenCell
}

/** VMs that could have been compared and are not. */
export interface Passed {
  readonly why: Say
  readonly count: number
  /** Name of one of them. */
  readonly example: string
}

/** A cause's sureness, before and after the comparison. */
export interface Shift {
  readonly cause: CauseId
  readonly host: string
  readonly from: Sureness
  readonly to: Sureness
}

export interface Isolated {
  /** Every scope that fits all cells, narrowest first. None: no single one explains the matrix. */
  readonly scopes: readonly Scope[]
  /** The one that fits; of several, the one that the found cause can have. */
  readonly scope?: Scope
  readonly settledBy?: 'comparison' | 'cause'
}

/** The control-variable method: who works, who does not, and which one variable that leaves. */
export interface Comparison {
  readonly question: Question
  /** The VM itself first. */
  readonly cells: readonly Cell[]
  /** Absent where the VM works, or where there is no witness. */
  readonly isolates?: Isolated
  /** What does not fit, each in one line. */
  readonly contradictions: readonly Say[]
  readonly shifts: readonly Shift[]
  readonly passedOver: readonly Passed[]
  /** Why there is nothing to compare with, where there is nothing. */
  readonly without?: Say
}

/** A port of a VM, as far as it tells whether it is worth a comparison. */
export interface Candidate {
  readonly port: string
  readonly name: string
  readonly networkId: string
  /** `undefined` where the API does not tell. */
  readonly host?: string
  readonly segment?: Segment
  /** Sorted UUIDs. */
  readonly groups: readonly string[]
  readonly portSecurity: boolean
  readonly adminUp: boolean
  /** Neutron's port status is ACTIVE. */
  readonly active: boolean
  readonly vnicType: string
  /** Nova's status of the server; '' where Nova has none; absent where it was not or could not be asked. */
  readonly server?: string
}

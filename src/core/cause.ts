import type { CauseId } from './cause-ids.gen.ts'
import type { Heading, Leg, Station } from './hop.ts'
import type { Language } from './lang.ts'
import type { Facts, Needs, Place } from './probe.ts'
import type { Remedy, Step } from './step.ts'
import type { Role } from './subject.ts'
import type { Verdict } from './verdict.ts'

export interface Words<D> {
  /** The cause in one line, as a headline. */
  readonly title: string
  /** Why it takes the network away. */
  readonly why: string
  /** This very case, with its names and numbers. */
  readonly says: (detail: D) => string
}

/** Where a cause stops packets: which station, going which way, of which conversations (all where it does not say). */
export interface Stops {
  readonly station: Station
  readonly heading?: Heading
  /** None for what lets DHCP and ARP pass and stops other traffic (a security group). */
  readonly conversations?: readonly Leg['conversation'][]
}

/**
 * Whom a failure hits: this port alone, every port of its network on its host, every port of its host, every port of its
 * network, every port with its security groups, or everybody. Narrowest first.
 */
export const scopes = ['port', 'network on host', 'host', 'network', 'security groups', 'everything'] as const
export type Scope = (typeof scopes)[number]

/** All that is known of one failure cause. One file each. */
export interface Cause<N extends Needs, D> {
  readonly id: CauseId
  /** Judged once for each host of the role; `ends` is both roles, `cloud` once for the whole subject. */
  readonly at: Role | 'ends' | 'cloud'
  readonly stops: Stops
  /**
   * Whom it hits, seen from the host that it is on: what a comparison with other VMs has to look like. Several where it
   * depends on the case. On a DHCP host it reaches further (compare/expected.ts).
   */
  readonly scope: readonly Scope[]
  /** The only facts that `check` sees. One missing makes the verdict `unknown`, and `check` does not run. */
  readonly needs: N
  /** Only packets that are sent can tell (`--prove`): without them it is neither judged nor listed. */
  readonly byProof?: true
  /** False where it cannot apply to this subject or host (a VLAN cause on a VXLAN network): not judged, not listed. */
  readonly applies?: (place: Place) => boolean
  /** Deeper causes that bring this one about. Where one of them is found, this one ranks below it. */
  readonly explainedBy: readonly CauseId[]
  /** True for a cause between hosts (the switch): it explains, and is explained by, causes of other hosts too. */
  readonly acrossHosts?: boolean
  readonly check: (facts: Facts<N>, place: Place) => Verdict<D>
  /** What to do, best first. */
  readonly fix: (detail: D, place: Place) => readonly Remedy[]
  /** How the lab brings it about; absent where the lab's kernel or model cannot. Sees the facts of `needs`. */
  readonly fault?: (facts: Facts<N>, place: Place) => readonly Step[]
  readonly words: Readonly<Record<Language, Words<D>>>
}

// A registry holds causes of every shape, and only the engine (which pairs each with its own facts) calls them.
export type AnyCause = Cause<any, any>

export const defineCause = <N extends Needs, D>(cause: Cause<N, D>): Cause<N, D> => cause

import type { Flow } from '../flow.ts'
import type { Packet } from '../packet.ts'

/** Where a packet left the bridges that were traced. */
export interface Output {
  readonly bridge: string
  readonly port: string
  readonly ofport: number
  /** After all rewrites. */
  readonly packet: Packet
  readonly tunnel?: { readonly id: bigint; readonly local: string; readonly remote: string }
}

/** Why something ended, or was left out. A closed list: the words for people are elsewhere. */
export type Why =
  | 'no-flow'
  | 'flow-drops'
  | 'no-such-port'
  | 'no-such-bridge'
  | 'port-does-not-forward'
  | 'port-does-not-receive'
  | 'protected-ports'
  | 'unknown-input-port'
  | 'access-port-got-tag'
  | 'vlan-not-trunked'
  | 'partial-vlan-tag'
  | 'reserved-mac'
  | 'mirror-output-port'
  | 'learned-on-input-port'
  | 'learned-port-unknown'
  | 'nowhere-to-flood'
  | 'nobody-has-joined'
  | 'no-way-on'
  | 'output-to-input-port'
  | 'output-port-out-of-range'
  | 'own-tunnel-address'
  | 'no-such-group'
  | 'no-live-bucket'
  | 'ttl-expired'
  | 'fragments-dropped'
  | 'unmet-prerequisite'
  | 'stack-underflow'
  | 'conjunction-executed'
  | 'truncated-to-patch'
  | 'resubmit-needs-tracked'
  | 'too-deep'
  | 'too-many-resubmits'

/** Why the outcome cannot be told. */
export type Doubt =
  | 'unknown-match'
  | 'unknown-action'
  | 'equal-priority'
  | 'unread-flows'
  | 'ports-unknown'
  | 'groups-unknown'
  | 'hash-decides'
  | 'multicast-snooping'

/** Something that may do more with a packet than its flow says: a meter may drop it, NAT may translate it. */
export interface Granted {
  readonly why: 'meter' | 'nat'
  readonly about: string
}

/** One thing that happened to a packet. The steps of a trace are a tree: what a flow did is inside of its step. */
export type Step =
  /** A table was asked. Without `flow`: no flow matched. */
  | {
      readonly kind: 'table'
      readonly bridge: string
      readonly table: number
      readonly flow?: Flow
      readonly steps: Step[]
    }
  | {
      readonly kind: 'patch'
      readonly from: string
      readonly bridge: string
      readonly ofport: number
      readonly steps: Step[]
    }
  | { readonly kind: 'output'; readonly output: Output }
  | { readonly kind: 'controller'; readonly bridge: string }
  | { readonly kind: 'flood'; readonly bridge: string; readonly vlan: number; readonly steps: Step[] }
  | { readonly kind: 'learned'; readonly bridge: string; readonly port: string; readonly steps: Step[] }
  | { readonly kind: 'mirror'; readonly name: string; readonly steps: Step[] }
  | {
      readonly kind: 'conntrack'
      readonly zone: number
      readonly table: number
      /** The assumed state of the connection: `trk,new`. Known when its turn comes. */
      state: string
      readonly steps: Step[]
    }
  | { readonly kind: 'group'; readonly id: number; readonly steps: Step[] }
  | { readonly kind: 'larger'; readonly bytes: number; readonly larger: boolean; readonly steps: Step[] }
  | { readonly kind: 'action-set'; readonly steps: Step[] }
  | { readonly kind: 'end'; readonly why: Why; readonly about: string }
  | { readonly kind: 'doubt'; readonly doubt: Doubt; readonly about: string }

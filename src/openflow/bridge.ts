/** The bridges of one Open vSwitch, as the tracer sees them. */

import type { Action } from './actions/action.ts'
import type { FlowTable } from './flow.ts'
import type { MulticastTable } from './mdb.ts'
import type { Meters } from './meters.ts'

/** `vlan_mode` of ovs-vswitchd.conf.db(5), Port table. */
export type VlanMode = 'access' | 'trunk' | 'native-tagged' | 'native-untagged' | 'dot1q-tunnel'

/** A row of the Port table: one interface, or the members of a bond. */
export interface Bundle {
  readonly name: string
  readonly mode: VlanMode
  /** Access or native VLAN; 0 where there is none. */
  readonly vlan: number
  /** VLANs carried; `undefined`: all. */
  readonly trunks?: ReadonlySet<number>
  /** Customer VLANs that a dot1q-tunnel carries; `undefined`: all. */
  readonly cvlans?: ReadonlySet<number>
  readonly qinqEthertype: number
  readonly priorityTags: 'never' | 'if-nonzero' | 'always'
  readonly protected: boolean
  /** ofports. More than one: a bond. */
  readonly members: readonly number[]
  /** Whether NORMAL floods to it. */
  readonly floods: boolean
  /** Whether it gets all multicast, or all reports of who has joined, whoever has joined there. */
  readonly floodsMulticast: boolean
  readonly floodsReports: boolean
}

/** What a tunnel port sends with; `'flow'`: what the flow set (ovs-vswitchd.conf.db(5), Tunnel Options). */
export interface Tunnel {
  readonly type: string
  readonly local?: string
  readonly remote: string
  readonly key: string
}

export interface Port {
  readonly ofport: number
  readonly name: string
  /** OpenFlow port configuration (`ovs-ofctl show`, `config:`). */
  readonly config: {
    readonly noReceive: boolean
    readonly noReceiveStp: boolean
    readonly noForward: boolean
    readonly noFlood: boolean
  }
  /** Whether the link is up, as far as a fast-failover group asks. */
  readonly live: boolean
  /** The patch port at the other end. */
  readonly peer?: { readonly bridge: string; readonly ofport: number }
  readonly tunnel?: Tunnel
}

export interface Mirror {
  readonly name: string
  readonly all: boolean
  readonly sources: ReadonlySet<string>
  readonly destinations: ReadonlySet<string>
  readonly vlans: ReadonlySet<number>
  /** Name of a bundle. */
  readonly outputPort?: string
  readonly outputVlan?: number
}

export interface Bucket {
  readonly id: number
  readonly actions: readonly Action[]
  readonly watchPort?: number
  readonly watchGroup?: number
}

export interface Group {
  readonly id: number
  readonly type: 'all' | 'indirect' | 'select' | 'fast_failover'
  readonly buckets: readonly Bucket[]
}

export interface Bridge {
  readonly name: string
  readonly flows: FlowTable
  readonly ports: ReadonlyMap<number, Port>
  /** Whether all of the ports are here. */
  readonly portsKnown: boolean
  /** Whether their VLANs were read as well: without them nobody can say what NORMAL does. */
  readonly vlansKnown: boolean
  /** ofport → the bundle that it is part of. */
  readonly bundles: ReadonlyMap<number, Bundle>
  /** `undefined`: not read. */
  readonly groups?: ReadonlyMap<number, Group>
  /** MAC table: key of `macKey` → ofport. `undefined`: not read. */
  readonly learned?: ReadonlyMap<string, number>
  readonly mirrors: readonly Mirror[]
  readonly forwardsBpdu: boolean
  readonly snoopsMulticast: boolean
  /** Who has joined which group. `undefined`: not read. */
  readonly multicast?: MulticastTable
  /** Whether multicast that nobody has joined goes to everybody. */
  readonly floodsUnregistered: boolean
  readonly meters?: Meters
  /** How fragments are matched (`ovs-ofctl get-frags`). */
  readonly fragments: 'normal' | 'drop' | 'nx-match'
}

/** The bridges of one host by name. */
export type Switch = ReadonlyMap<string, Bridge>

export const macKey = (vlan: number, mac: number): string => `${vlan}/${mac}`

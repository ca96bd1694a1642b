/** A network of bridges as plain data, so that a random one can be shrunk and printed. */
export interface World {
  readonly bridges: readonly Bridge[]
  readonly fdb?: readonly FdbEntry[]
  /** `kernel` sets tunnel metadata and outputs, as the kernel datapath does; `native` pushes headers (netdev). */
  readonly tunnels?: 'kernel' | 'native'
}

export interface Bridge {
  readonly name: string
  readonly failMode?: 'secure' | 'standalone'
  readonly ports: readonly Port[]
  readonly mirrors?: readonly Mirror[]
  /** Columns of the Bridge row as ovs-vsctl sets them: `mcast_snooping_enable=true`. */
  readonly columns?: readonly string[]
  /** As `ovs-ofctl add-group` takes them. */
  readonly groups?: readonly string[]
  readonly meters?: readonly string[]
  /** As `ovs-ofctl add-flow` takes them, OpenFlow 1.5. */
  readonly flows: readonly string[]
}

export interface Port {
  /** Unique in the whole world; digits in it become the datapath port where they are free. */
  readonly name: string
  readonly ofport: number
  readonly tag?: number
  readonly trunks?: readonly number[]
  readonly cvlans?: readonly number[]
  readonly vlanMode?: 'access' | 'trunk' | 'native-tagged' | 'native-untagged' | 'dot1q-tunnel'
  /** More columns of the Port row: `protected=true`, `other_config:priority-tags=always`. */
  readonly columns?: readonly string[]
  readonly peer?: string
  readonly tunnel?: Tunnel
  /** As `ovs-ofctl mod-port` takes them: `no-flood`, `no-recv`, `no-forward`, `down`. */
  readonly flags?: readonly string[]
}

export interface Tunnel {
  readonly type: 'vxlan' | 'gre' | 'geneve'
  /** `flow` takes it from the packet's metadata. */
  readonly remote: string
  readonly key: string
}

export interface Mirror {
  readonly name: string
  readonly all?: boolean
  readonly from?: readonly string[]
  readonly to?: readonly string[]
  readonly vlans?: readonly number[]
  /** The port that gets the copies, or the VLAN that is flooded with them. */
  readonly output: string | number
}

export interface FdbEntry {
  readonly bridge: string
  readonly port: string
  readonly vlan: number
  readonly mac: string
}

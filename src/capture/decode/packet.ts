/**
 * What a checksum says.
 * `unseen`: the snap length or a fragment hides a part of what it covers. `none`: the sender made none (UDP over IPv4).
 * `offloaded`: the sum of the pseudo header alone, which a kernel leaves there for the NIC to complete. It is normal in
 * a capture on the sender, and a fault at the receiver.
 */
export type Checksum = 'good' | 'bad' | 'offloaded' | 'none' | 'unseen'

export interface Ethernet {
  readonly src: string
  readonly dst: string
  /** Outermost first. */
  readonly vlans: readonly number[]
  /** After all tags. */
  readonly type: number
}

export interface Arp {
  /** 1 asks, 2 answers. */
  readonly op: number
  readonly senderMac: string
  readonly senderIp: string
  readonly targetMac: string
  readonly targetIp: string
}

export interface Fragment {
  /** Bytes. */
  readonly offset: number
  readonly more: boolean
}
export interface Ipv4 {
  readonly src: string
  readonly dst: string
  readonly protocol: number
  readonly ttl: number
  readonly id: number
  /** Of header and payload, as the header says. Bytes. */
  readonly length: number
  readonly dontFragment: boolean
  readonly fragment?: Fragment
  readonly checksum: Checksum
}

export interface Ipv6 {
  readonly src: string
  readonly dst: string
  /** After all extension headers. */
  readonly protocol: number
  readonly hopLimit: number
  /** Of the payload, as the header says. Bytes. */
  readonly length: number
  readonly fragment?: Fragment
}

export interface Udp {
  readonly src: number
  readonly dst: number
  readonly length: number
  readonly checksum: Checksum
}

export interface Tcp {
  readonly src: number
  readonly dst: number
  readonly seq: number
  readonly ack: number
  /** `syn`, `ack`, `rst` … */
  readonly flags: readonly string[]
  readonly window: number
  readonly checksum: Checksum
}

/** ICMP, or ICMPv6 under `ipv6`. */
export interface Icmp {
  readonly type: number
  readonly code: number
  readonly checksum: Checksum
  /** Of an echo. */
  readonly id?: number
  readonly sequence?: number
  /** Of "fragmentation needed" and "packet too big". Bytes. */
  readonly mtu?: number
}

export interface Dhcp {
  readonly op: 'request' | 'reply'
  readonly xid: number
  /** The client's MAC. */
  readonly chaddr: string
  /** DISCOVER, OFFER …; absent for plain BOOTP. */
  readonly type?: string
  /** The sender asks for a broadcast answer. */
  readonly broadcast: boolean
  readonly ciaddr: string
  readonly yiaddr: string
  readonly siaddr: string
  readonly giaddr: string
  readonly serverId?: string
  readonly requestedIp?: string
  /** The server's own words, in a NAK. */
  readonly message?: string
  readonly hostName?: string
  readonly mask?: string
  readonly routers?: readonly string[]
  readonly dns?: readonly string[]
  /** Seconds. */
  readonly lease?: number
  readonly mtu?: number
  /** Every option, joined where it came in parts. */
  readonly options: ReadonlyMap<number, Uint8Array>
}

export interface Vxlan {
  readonly vni: number
  readonly inner: Packet
}

/** What a frame holds, layer by layer; a layer that is not there, or was cut before its header ended, is absent. */
export interface Packet {
  readonly eth?: Ethernet
  readonly arp?: Arp
  readonly ipv4?: Ipv4
  readonly ipv6?: Ipv6
  readonly udp?: Udp
  readonly tcp?: Tcp
  readonly icmp?: Icmp
  readonly dhcp?: Dhcp
  readonly vxlan?: Vxlan
}

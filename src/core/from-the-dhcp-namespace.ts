import type { Evidence } from './answer.ts'
import type { Pings } from './pings.ts'
import type { Parsed } from './probe.ts'

/** What became of a DISCOVER of the VM's that was put into the DHCP server's own port. */
export interface AskedServer {
  /** `not reached`: it was not seen inside the namespace. */
  readonly is: 'offered' | 'silent' | 'not reached'
  /** The address that was offered. */
  readonly ip?: string
  /** The shortest, in microseconds. */
  readonly roundTrip?: number
  /** dnsmasq's own words that it has no address for this MAC. */
  readonly refusal?: Evidence
  readonly because: readonly Evidence[]
}
export interface ArpAnswer {
  /** Absent: nobody has answered. */
  readonly mac?: string
  readonly because: readonly Evidence[]
}
/** Whom the DHCP port asked for by ARP, and whom its namespace has pinged. */
export interface Reached {
  readonly is: 'gateway' | 'VM'
  readonly ip: string
  readonly arp: Parsed<ArpAnswer>
  readonly pings: Parsed<Pings>
  /** As large as the network's MTU and not to be fragmented. Absent where none were sent. */
  readonly full?: Parsed<Pings>
}
export interface InNamespace {
  readonly host: string
  readonly server: Parsed<AskedServer>
  readonly reached: readonly Reached[]
}

/** What the inside of each DHCP namespace of the network shows. */
export interface FromTheDhcpNamespace {
  readonly id: 'from-the-dhcp-namespace'
  readonly run: string
  readonly hosts: readonly InNamespace[]
}

import { MOST_SIBLINGS } from '../../core/comparison.ts'
import { tunnelled } from '../as-vm/filter.ts'

/** What the captures of all siblings let pass. */
export interface WantedAll {
  /** What the transaction ids have in common: eight hexadecimal digits. */
  readonly family: string
  readonly macs: readonly string[]
}

/** Transaction ids differ in the last three bits: the VM's own has none of them changed. */
const MASK = 'fffffff8'

/** The transaction id of one of the siblings, counted from 1. */
export const xidOf = (run: string, n: number): string => eight(Number.parseInt(run, 16) ^ n)
export const familyOf = (run: string): string => eight(Number.parseInt(run, 16) & Number.parseInt(MASK, 16))
const eight = (value: number) => (value >>> 0).toString(16).padStart(8, '0')

/** DHCP of these transactions and ARP of these VMs (pcap-filter(7)), on an Ethernet device. `vlan` shifts all that follows it. */
export function plainFilter({ family, macs }: WantedAll): string {
  const dhcp = `udp and (port 67 or port 68) and udp[12:4] & 0x${MASK} = 0x${family}`
  const arp = `arp and (${filled(macs)
    .map((mac) => `ether host ${mac}`)
    .join(' or ')})`
  const either = `(${dhcp}) or (${arp})`
  return `${either} or (vlan and (${either}))`
}

/** The same inside VXLAN. */
export function vxlanFilter({ family, macs }: WantedAll, port: number): string {
  const dhcp = tunnelled.dhcp(`udp[62:4] & 0x${MASK} = 0x${family}`)
  const arp = tunnelled.arp(filled(macs).map(tunnelled.ofMac).join(' or '))
  return tunnelled.filter(port, dhcp, arp)
}

/** Of however many: one form of filter is all that a sudoers file has to allow. */
const filled = (macs: readonly string[]): readonly string[] =>
  Array.from({ length: MOST_SIBLINGS }, (_, i) => macs[i] ?? macs[0] ?? '')

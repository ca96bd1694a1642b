import type { Parties, Station } from './legs.ts'
import type { Member } from './template.ts'

/** A cloud that is made up: who is where. All that can be counted is, so that nothing of it has to be kept. */

export const VMS = 20
/** Hosts that share a network node and its networks. */
const GROUP = 100
const NETWORKS = 4
const MEMBERS = (GROUP * VMS) / NETWORKS

export const groupsOf = (hosts: number): number => Math.ceil(hosts / GROUP)
export const groupOf = (host: number): number => Math.floor(host / GROUP)
export const hostOf = (vm: number): number => Math.floor(vm / VMS)
export const networks: readonly number[] = Array.from({ length: NETWORKS }, (_, i) => i)

export const vmsOf = (host: number): readonly number[] => Array.from({ length: VMS }, (_, i) => host * VMS + i)
export const vmsOfGroup = (group: number, hosts: number): readonly number[] => {
  const first = group * GROUP
  return Array.from({ length: Math.min(GROUP, hosts - first) }, (_, i) => vmsOf(first + i)).flat()
}

const mac = (kind: number, number: number) =>
  `fa:16:3e:${[(kind << 5) | (number >> 16), (number >> 8) & 255, number & 255].map((b) => b.toString(16).padStart(2, '0')).join(':')}`

const address = (group: number, network: number, number: number) => {
  const subnet = group * NETWORKS + network
  return `10.${subnet >> 6}.${((subnet & 63) << 2) | (number >> 8)}.${number & 255}`
}

const segmentOf = (group: number, network: number) => 1000 + group * NETWORKS + network

/** A port of a network on one host; each host numbers its VLANs in an order of its own. */
function member(host: number, network: number, number: number, station: Omit<Station, 'ip'>): Member {
  const group = groupOf(host)
  return {
    ...station,
    ip: address(group, network, number),
    vlan: 1 + ((network + host) % NETWORKS),
    segment: segmentOf(group, network),
    conjunctions: 32 * network,
  }
}

export function memberOf(vm: number): Member {
  const [host, place] = [hostOf(vm), vm % VMS]
  const number = 10 + (host % GROUP) * (VMS / NETWORKS) + Math.floor(place / NETWORKS)
  return member(host, place % NETWORKS, number, { ofport: 3 + place, mac: mac(0, vm) })
}

/** All that are in the security groups of a host's VMs, wherever they run. */
export const peersOf = (host: number): readonly Member[] =>
  networks.flatMap((network) =>
    Array.from({ length: MEMBERS }, (_, i) => member(host, network, 10 + i, { ofport: -1, mac: '' })),
  )

/** What stands on a network node: the DHCP server and the gateway of each of its networks. */
export function serversOf(group: number, network: number): { readonly dhcp: Member; readonly gateway: Member } {
  const number = group * NETWORKS + network
  const host = group * GROUP
  return {
    dhcp: member(host, network, 2, { ofport: 3 + network, mac: mac(1, number) }),
    gateway: member(host, network, 1, { ofport: 3 + NETWORKS + network, mac: mac(2, number) }),
  }
}

export function partiesOf(vm: number): Parties {
  return { vm: memberOf(vm), ...serversOf(groupOf(hostOf(vm)), (vm % VMS) % NETWORKS) }
}

/** Here and there a flow is missing: who judges a cloud must find it. */
export const isFaulty = (vm: number): boolean => vm % 997 === 500

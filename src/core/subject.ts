/** Which end of the VM's DHCP conversation a host is. One host may play both. */
export const roles = ['compute', 'dhcp'] as const
export type Role = (typeof roles)[number]

export interface FixedIp {
  readonly ip: string
  readonly subnetId: string
}
export interface Port {
  readonly id: string
  readonly name: string
  /** Lower case, colon-separated. */
  readonly mac: string
  readonly fixedIps: readonly FixedIp[]
  readonly deviceId: string
  readonly deviceOwner: string
}
export interface Segment {
  /** `vlan`, `flat`, `vxlan`, `gre`, `geneve`, `local`. */
  readonly type: string
  readonly physicalNetwork?: string
  /** VLAN ID or VNI. */
  readonly id?: number
}
export interface Network {
  readonly id: string
  readonly name: string
  readonly segment?: Segment
}
export interface Subnet {
  readonly id: string
  readonly cidr: string
  readonly gateway?: string
  readonly version: 4 | 6
  readonly dhcp: boolean
}
export interface DhcpPort {
  readonly id: string
  readonly mac: string
  readonly ips: readonly string[]
  readonly host: string
}
/** The VM whose network is diagnosed, and where to look for its packets. */
export interface Subject {
  /** What the operator typed. */
  readonly asked: string
  /** The server's name where one is known, else the port's name, else the port's UUID. */
  readonly name: string
  readonly port: Port
  readonly network: Network
  /** Subnets of the port's fixed IPs; of the whole network where it has none. */
  readonly subnets: readonly Subnet[]
  /** `binding:host_id`. */
  readonly compute?: string
  /** Hosts whose DHCP agent hosts the network or whose DHCP port is bound there. */
  readonly dhcpHosts: readonly string[]
  readonly dhcpPorts: readonly DhcpPort[]
  /** MAC of the gateway where Neutron knows it (a router's interface). */
  readonly gatewayMac?: string
  /** False when it was found from OVSDB alone (`--port --host`). */
  readonly fromApi: boolean
}

export const tapOf = (port: Pick<Port, 'id'>): string => `tap${port.id.slice(0, 11)}`
export const dhcpNamespace = (network: Pick<Network, 'id'>): string => `qdhcp-${network.id}`
export const gatewayOf = (s: Subject): string | undefined => s.subnets.find((n) => n.version === 4)?.gateway

export function hostsOf(subject: Subject, role: Role): readonly string[] {
  if (role === 'dhcp') return subject.dhcpHosts
  return subject.compute === undefined ? [] : [subject.compute]
}
export const allHosts = (s: Subject): readonly string[] => [
  ...new Set([...hostsOf(s, 'compute'), ...hostsOf(s, 'dhcp')]),
]

/** Networks whose frames leave through br-tun. */
export const isTunnelled = ({ network: { segment } }: Subject): boolean =>
  segment !== undefined && segment.physicalNetwork === undefined && ['vxlan', 'gre', 'geneve'].includes(segment.type)

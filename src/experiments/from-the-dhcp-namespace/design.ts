import { API } from '../../core/answer.ts'
import type { Reached } from '../../core/from-the-dhcp-namespace.ts'
import { fact, type Parsed, problem } from '../../core/probe.ts'
import { type DhcpPort, gatewayOf, isTunnelled, type Subject } from '../../core/subject.ts'
import { contains } from '../../netfilter/address.ts'
import { apiNetwork } from '../../probes/api/subnets.ts'
import { dhcpNs } from '../../probes/dhcp/namespace.ts'
import { offload } from '../../probes/ovs/offload.ts'
import { versionOf } from '../../probes/ovs/openflow.ts'
import { type OvsBridge, ovsdb } from '../../probes/ovs/ovsdb.ts'
import { type About, type Device, type Place, serverAt, withDoubt } from '../as-vm/places.ts'

/** A DHCP server's own port: in Open vSwitch, and inside its namespace. */
export interface ServerPort {
  readonly host: string
  readonly bridge: string
  readonly ofport: number
  readonly version: readonly string[]
  readonly mac: string
  /** Of the VM's subnet. Absent where it has none there: then nobody is asked for. */
  readonly ip?: string
  readonly device: Device
  readonly namespace: string
  readonly place: Place
}
export interface Design {
  readonly about: About
  readonly run: string
  /** Of the DISCOVER that is put into the server's port: eight hexadecimal digits. */
  readonly xid: string
  readonly servers: readonly { readonly host: string; readonly port: Parsed<ServerPort> }[]
  readonly targets: readonly Pick<Reached, 'is' | 'ip'>[]
  /** The network's, by Neutron. Bytes. Absent where a tunnel carries it, or Neutron does not tell. */
  readonly mtu?: number
}

export const designNeeds = { dhcpNs, ovsdb, offload, apiNetwork }

/** DHCP hosts that are tried: a network hardly has more. */
const MOST_HOSTS = 3

/** Nothing where no IPv4 address is given by DHCP. */
export function designOf(run: string, about: About): Parsed<Design> | undefined {
  const { subject } = about
  if (!subject.subnets.some((net) => net.version === 4 && net.dhcp)) return undefined
  const servers = subject.dhcpHosts.slice(0, MOST_HOSTS).map((host) => ({ host, port: portAt(host, about) }))
  const refused = servers[0]?.port
  if (refused === undefined) return undefined
  if (!refused.ok && servers.every(({ port }) => !port.ok)) return refused
  return fact({ about, run, xid: complementOf(run), servers, targets: targetsOf(subject), ...sizeOf(about) })
}

function sizeOf({ subject, read }: About): Pick<Design, 'mtu'> {
  const network = isTunnelled(subject) ? undefined : read(apiNetwork, API)
  return network?.ok && network.fact.mtu !== undefined ? { mtu: network.fact.mtu } : {}
}

/** Not the run itself, which is the transaction of the packets that are sent as the VM at the same time. */
const complementOf = (run: string): string => (~Number.parseInt(run, 16) >>> 0).toString(16).padStart(8, '0')

function portAt(host: string, about: About): Parsed<ServerPort> {
  const { subject, read } = about
  const place = withDoubt(serverAt(host, about), about)
  const [device] = place.devices
  if (place.blind || device?.netns === undefined)
    return { ok: false, problem: place.blind ?? problem('no DHCP namespace', '没有 DHCP namespace').problem }
  const [ns, db] = [read(dhcpNs, host), read(ovsdb, host)]
  if (!ns.ok) return ns
  if (!db.ok) return db
  const inside = ns.fact.links.find((link) => link.name === device.name)
  const port = subject.dhcpPorts.find((p) => p.host === host && p.mac === inside?.mac)
  const plugged = port && pluggedIn(db.fact.bridges, port)
  if (!port || !plugged)
    return problem(`${device.name} is not a port of Open vSwitch`, `${device.name} 不在 Open vSwitch 里`)
  return fact({ ...plugged, ...aboutPort(port, subject), host, device, place, namespace: device.netns })
}

function pluggedIn(bridges: readonly OvsBridge[], { id }: DhcpPort) {
  for (const { name, protocols, ports } of bridges) {
    const iface = ports.flatMap((p) => p.interfaces).find((i) => i.externalIds.get('iface-id') === id)
    if (iface?.ofport !== undefined && iface.ofport > 0)
      return { bridge: name, ofport: iface.ofport, version: versionOf(protocols) }
  }
  return undefined
}

function aboutPort({ mac, ips }: DhcpPort, { subnets }: Subject): Pick<ServerPort, 'mac' | 'ip'> {
  const ip = ips.find((address) => subnets.some(({ cidr }) => contains(cidr, address) === true))
  return { mac, ...(ip === undefined ? {} : { ip }) }
}

function targetsOf(subject: Subject): Design['targets'] {
  const [gateway, vm] = [gatewayOf(subject), subject.port.fixedIps.find(({ ip }) => !ip.includes(':'))?.ip]
  return [
    ...(gateway === undefined ? [] : [{ is: 'gateway' as const, ip: gateway }]),
    ...(vm === undefined ? [] : [{ is: 'VM' as const, ip: vm }]),
  ]
}

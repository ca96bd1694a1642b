import type { Heading } from '../../core/hop.ts'
import { derived, fact, maybe, type Parsed, problem } from '../../core/probe.ts'
import type { Subject } from '../../core/subject.ts'
import type { Packet } from '../../openflow/partial-match.ts'
import { neutronBridges } from '../ovs/bridges.ts'
import { type OvsInterface, type Ovsdb, ovsdb } from '../ovs/ovsdb.ts'
import { localVlan } from './local-vlan.ts'
import { patchPair } from './patch-pair.ts'

/** A packet of a conversation that the VM cannot do without, as it enters br-int on this host. */
export interface Spoken {
  /** Absent for IP traffic of any kind. */
  readonly conversation?: 'dhcp' | 'arp'
  readonly heading: Heading
  readonly packet: Packet
  /** What its registers hold once it is in the firewall: the VM's (or server's) ofport, the local VLAN. */
  readonly registers: ReadonlyMap<string, string>
  readonly localVlan: number
  /** Values of fields that only this VM's packets have. */
  readonly own: ReadonlyMap<string, ReadonlySet<string>>
}

/** What this host's br-int sees of the VM's conversations. */
export const conversations = derived({
  id: 'conversations',
  needs: { ovsdb, bridges: neutronBridges, pair: patchPair, local: maybe(localVlan) },
  derive({ ovsdb: db, bridges, pair, local }, { subject, host }): Parsed<readonly Spoken[]> {
    if (!local.ok) return local
    const near = pair.near
    const port = interfaceOf(db, bridges.integration, new Set(ownPorts(subject, host)))
    if (!port) return problem(`none of the VM's ports is on ${host}`, `${host} 上没有相关端口`)
    const isCompute = host === subject.compute
    const place = { subject, port, near, local: local.fact.id, isCompute, servedHere: subject.dhcpHosts.includes(host) }
    return fact([...dhcp(place), ...(isCompute ? [...arp(place), ...ip(place)] : [])])
  },
})

interface At {
  readonly subject: Subject
  readonly port: OvsInterface
  readonly near: OvsInterface | undefined
  readonly local: number
  readonly isCompute: boolean
  readonly servedHere: boolean
}

const ownPorts = (subject: Subject, host: string): readonly string[] =>
  host === subject.compute ? [subject.port.id] : subject.dhcpPorts.filter((p) => p.host === host).map((p) => p.id)

const interfaceOf = (db: Ovsdb, bridge: string, wanted: ReadonlySet<string>) =>
  db.bridges
    .filter((b) => b.name === bridge)
    .flatMap((b) => b.ports.flatMap((p) => p.interfaces))
    .find((i) => wanted.has(i.externalIds.get('iface-id') ?? '') && (i.ofport ?? -1) > 0)

const BROADCAST = 'ff:ff:ff:ff:ff:ff'

/** At the VM its request goes out and the answer comes in; at the server the other way round. */
function dhcp(at: At): readonly Spoken[] {
  const { mac } = at.subject.port
  const server = at.subject.dhcpPorts.find((p) => p.id === at.port.externalIds.get('iface-id'))
  const request = { dl_src: mac, dl_dst: BROADCAST, nw_src: '0.0.0.0', nw_dst: '255.255.255.255', ...udp(68, 67) }
  const answer = { ...(server ? { dl_src: server.mac } : {}), dl_dst: mac, ...udp(67, 68) }
  return [
    spoken(at, at.isCompute ? 'out' : 'in', request, 'dhcp'),
    spoken(at, at.isCompute ? 'in' : 'out', answer, 'dhcp'),
  ]
}

const udp = (from: number, to: number) => ({
  ...{ dl_type: '0x0800', nw_proto: '17' },
  ...{ tp_src: String(from), tp_dst: String(to) },
})

/** With the gateway, where the port has an IPv4 address. */
function arp(at: At): readonly Spoken[] {
  const { port, subnets } = at.subject
  const ip = port.fixedIps.map((f) => f.ip).find((a) => !a.includes(':'))
  const gateway = subnets.find((s) => s.version === 4)?.gateway
  if (ip === undefined || gateway === undefined) return []
  const common = { dl_type: '0x0806' }
  const request = { ...common, dl_src: port.mac, dl_dst: BROADCAST, arp_op: '1', arp_spa: ip, arp_tpa: gateway }
  const answer = { ...common, dl_dst: port.mac, arp_op: '2', arp_spa: gateway, arp_tpa: ip }
  return [spoken(at, 'out', request, 'arp'), spoken(at, 'in', answer, 'arp')]
}

function ip(at: At): readonly Spoken[] {
  const { mac, fixedIps } = at.subject.port
  return fixedIps.flatMap(({ ip: address }) => {
    const v6 = address.includes(':')
    const common = { dl_type: v6 ? '0x86dd' : '0x0800' }
    const [from, to] = v6 ? [{}, {}] : [{ nw_src: address }, { nw_dst: address }]
    return [spoken(at, 'out', { ...common, dl_src: mac, ...from }), spoken(at, 'in', { ...common, dl_dst: mac, ...to })]
  })
}

function spoken(
  at: At,
  heading: Heading,
  fields: Readonly<Record<string, string>>,
  conversation?: 'dhcp' | 'arp',
): Spoken {
  const ofport = String(at.port.ofport)
  // From a server on the same host it does not come over the patch.
  const entrance = heading === 'out' ? at.port : at.isCompute && at.servedHere ? undefined : at.near
  const { port, network } = at.subject
  const own = new Set(port.fixedIps.map((f) => f.ip))
  const wire = network.segment?.physicalNetwork === undefined ? at.local : vlanOf(network.segment)
  return {
    heading,
    localVlan: at.local,
    packet: {
      ...(entrance ? { inPort: [String(entrance.ofport ?? ''), entrance.name] } : {}),
      ...(heading === 'out' ? { vlan: 'untagged' as const } : wire === undefined || !entrance ? {} : { vlan: wire }),
      fields: new Map(Object.entries(fields)),
    },
    registers: new Map([
      ['reg5', `0x${(at.port.ofport ?? 0).toString(16)}`],
      ['reg6', `0x${at.local.toString(16)}`],
    ]),
    own: new Map([
      ...(at.isCompute ? ([['in_port', new Set([ofport, at.port.name])]] as const) : []),
      ...(at.isCompute ? ([['reg5', new Set([`0x${(at.port.ofport ?? 0).toString(16)}`])]] as const) : []),
      ...(['dl_src', 'dl_dst'] as const).map((f) => [f, new Set([port.mac])] as const),
      ...(['nw_src', 'nw_dst', 'arp_spa', 'arp_tpa'] as const).map((f) => [f, own] as const),
    ]),
    ...(conversation === undefined ? {} : { conversation }),
  }
}

const vlanOf = (segment: NonNullable<Subject['network']['segment']>) =>
  segment.type === 'flat' ? ('untagged' as const) : segment.id

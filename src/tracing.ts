import type { AnyNeed, FactOf, Parsed } from './core/probe.ts'
import { problem } from './core/probe.ts'
import type { Say } from './core/lang.ts'
import { gatewayOf, isTunnelled, type Subject } from './core/subject.ts'
import type { Ending, Traced } from './core/traced.ts'
import type { Transport } from './core/transport.ts'
import { type Resolution, resolveSubject } from './cloud/resolve.ts'
import { collect } from './engine/collect.ts'
import { hybridFirewallOf } from './journey/hybrid.ts'
import { type End, packetBetween, type Protocol, vmEnd } from './journey/packets.ts'
import { isNeighbour, type Peer, peerAt, peerNeeds } from './journey/peer.ts'
import {
  type About,
  dhcpDevices,
  endsHere,
  entryAt,
  entryFromWire,
  hostsAround,
  placeNeeds,
  vmDevice,
} from './journey/places.ts'
import { tellWay } from './journey/tell-way.ts'
import type { Entry, Goal, Hosts } from './journey/travel.ts'
import { go } from './journey/way.ts'
import type { Connection } from './openflow/trace/trace.ts'
import { tracedSwitch } from './probes/ovs/settings.ts'
import { parseIpv4 } from './openflow/values.ts'

export type { Connection } from './openflow/trace/trace.ts'
export type { Protocol } from './journey/packets.ts'

/** What is asked of a VM's packet. */
export interface Conversation {
  readonly protocol: Protocol
  /** The other end: an IPv4 address, or another VM by any of its names; the gateway where both are absent. */
  readonly to?: string
  /** The same, where the packet comes from there. */
  readonly from?: string
  readonly connections: readonly Connection[]
}
export type VmTrace =
  | { readonly kind: 'traced'; readonly traced: Traced }
  | { readonly kind: 'problem'; readonly say: Say }
  | Exclude<Resolution, { kind: 'subject' }>

const needs: readonly AnyNeed[] = [tracedSwitch, ...Object.values(placeNeeds), ...Object.values(peerNeeds)]

/** Follows a packet from a VM's port, or to it, over the bridges of every host on the way that can be read. */
export async function traceVm(vm: string, asked: Conversation, transport: Transport): Promise<VmTrace> {
  const resolution = await resolveSubject(vm, transport)
  if (resolution.kind !== 'subject') return resolution
  const about = await around(resolution.subject, transport)
  const own = vmEnd(about.subject)
  if (!own) return { kind: 'problem', say: noAddress.problem }
  const other = await otherEnd(asked, about, transport)
  if (other.kind !== 'other') return other
  const way = {
    about,
    own,
    other: other.other,
    asked,
    hosts: new Map([...hostsOf(other.other.about), ...hostsAround(about, tracedSwitch)]),
  }
  const entry = entryOf(way)
  if (!entry.ok) return { kind: 'problem', say: entry.problem }
  const goal = goalOf(way)
  if (!goal.ok) return { kind: 'problem', say: goal.problem }
  const firewalls = [about, other.other.about].flatMap((each) => (each && hybridFirewallOf(each)) ?? [])
  const gone = go(
    { hosts: way.hosts, entry: entry.fact, goal: goal.fact, firewalls },
    { connections: asked.connections },
  )
  const fromWire = asked.from !== undefined && other.other.peer.devices.length === 0
  return { kind: 'traced', traced: tellWay(gone, { assumed: assumedOf(other.other.peer, asked), fromWire }) }
}

async function around(subject: Subject, transport: Transport): Promise<About> {
  const facts = await collect(subject, needs, transport)
  return { subject, read: <N extends AnyNeed>(need: N, host: string) => facts.read(need, host) as Parsed<FactOf<N>> }
}

/** Whose MAC is not known matters where a frame is sent to it, or comes from it. */
function assumedOf({ end, macKnown }: Peer, { protocol, from }: Conversation): readonly Ending[] {
  if (macKnown || protocol.kind === 'dhcp' || (protocol.kind === 'arp' && from === undefined)) return []
  return [{ why: from === undefined ? 'mac-unknown' : 'sender-mac-unknown', about: end.ip }]
}

/** The other end of the conversation; `about`: where it is a VM. */
interface Other {
  readonly peer: Peer
  readonly about?: About
}
interface Wanted {
  readonly about: About
  readonly own: End
  readonly other: Other
  readonly asked: Conversation
  readonly hosts: Hosts
}

const hostsOf = (about: About | undefined): Hosts => (about ? hostsAround(about, tracedSwitch) : new Map())

async function otherEnd(
  { to, from, protocol }: Conversation,
  about: About,
  transport: Transport,
): Promise<{ readonly kind: 'other'; readonly other: Other } | Exclude<VmTrace, { kind: 'traced' }>> {
  const { subject } = about
  const word = from ?? to ?? gatewayOf(subject)
  if (word === undefined)
    return protocol.kind === 'dhcp'
      ? {
          kind: 'other',
          other: { peer: { end: { ip: '0.0.0.0', mac: subject.port.mac }, devices: [], macKnown: true } },
        }
      : { kind: 'problem', say: noGateway.problem }
  const isAddress = parseIpv4(word) !== undefined
  const known = isAddress ? peerAt(word, about) : undefined
  // A neighbour of whom nothing is known yet may be a VM.
  if (known && !(isNeighbour(word, subject) && !known.macKnown)) return { kind: 'other', other: { peer: known } }
  const resolution = await resolveSubject(word, transport)
  if (resolution.kind === 'subject') return otherVm(resolution.subject, about, transport)
  return known ? { kind: 'other', other: { peer: known } } : resolution
}

/** A VM of the same network is a neighbour; any other is behind the gateway. */
async function otherVm(
  subject: Subject,
  about: About,
  transport: Transport,
): Promise<{ readonly kind: 'other'; readonly other: Other } | { readonly kind: 'problem'; readonly say: Say }> {
  const end = vmEnd(subject)
  if (!end) return { kind: 'problem', say: noAddress.problem }
  if (subject.port.id === about.subject.port.id) return { kind: 'problem', say: itself.problem }
  if (subject.network.id !== about.subject.network.id) return { kind: 'other', other: { peer: peerAt(end.ip, about) } }
  const own = await around(subject, transport)
  const device = vmDevice(own)
  return device.ok
    ? { kind: 'other', other: { about: own, peer: { end, devices: [device.fact], macKnown: true } } }
    : { kind: 'problem', say: device.problem }
}

function entryOf({ about, own, other: { peer }, asked: { protocol, from }, hosts }: Wanted): Parsed<Entry> {
  const { subject } = about
  if (from === undefined) {
    const device = vmDevice(about)
    return device.ok ? entryAt(hosts, device.fact, packetBetween(own, peer.end, protocol)) : device
  }
  const text = packetBetween(peer.end, own, protocol)
  const [device] = peer.devices
  if (device) return entryAt(hosts, device, text)
  const host = subject.compute ?? ''
  return isTunnelled(subject)
    ? notOnTunnel(peer.end.ip)
    : entryFromWire(hosts, { segment: subject.network.segment, host }, text)
}

/** The DHCP ports for a request to them, the port of the other end for all else. */
function goalOf({ about, other: { peer }, asked: { protocol, from } }: Wanted): Parsed<Goal> {
  if (from !== undefined) {
    const device = vmDevice(about)
    return device.ok ? { ok: true, fact: { devices: [device.fact] } } : device
  }
  if (protocol.kind === 'dhcp') return { ok: true, fact: { devices: dhcpDevices(about.subject) } }
  return { ok: true, fact: { devices: peer.devices, here: new Set(endsHere(about)) } }
}

const noAddress = problem('The port has no IPv4 address.', '端口没有 IPv4 地址。')
const itself = problem(
  '--to and --from take another VM than the one that is traced.',
  '--to 和 --from 应是另一台虚拟机，而不是被追踪的这台。',
)
const noGateway = problem(
  'The subnet has no gateway: say where to (--to ADDRESS).',
  '子网没有网关：请用 --to 指定目的地址。',
)
const notOnTunnel = (ip: string) =>
  problem(
    `No host that was read has ${ip}, and over tunnels it is not known from which it comes: --from takes a VM, or the address of a DHCP port or router of this network.`,
    `已读取的主机上都没有 ${ip}，隧道网络中无法知道它从哪台主机发出：--from 可以是虚拟机，也可以是本网络 DHCP 端口或路由器的地址。`,
  )

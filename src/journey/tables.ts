/** What the flow tables and iptables, as they are, do with the packets of a leg. */

import type { Evidence } from '../core/answer.ts'
import type { Leg, Station } from '../core/hop.ts'
import type { Parsed } from '../core/probe.ts'
import { gatewayOf, isTunnelled } from '../core/subject.ts'
import { neutronBridges } from '../probes/ovs/bridges.ts'
import { hybridFirewallOf } from './hybrid.ts'
import type { Connection } from '../openflow/trace/trace.ts'
import { answerTo, dhcpAnswer, packetBetween, type Protocol, vmEnd } from './packets.ts'
import type { IntendedLeg } from './path.ts'
import { METADATA, type Peer, peerAt, peerNeeds } from './peer.ts'
import { type About, endsHere, entryAt, entryFromWire, hostsAround, placeNeeds, vmDevice } from './places.ts'
import type { Entry, Goal, Hosts, Passage } from './travel.ts'
import { go, type Gone } from './way.ts'

export const tableNeeds = { ...placeNeeds, ...peerNeeds, neutronBridges }

/** A flow or a rule that drops the packets of a leg. */
export interface TableDrop {
  readonly host: string
  readonly station: Station
  readonly because: Evidence
}

/** Where the tables of the hosts drop the packets of a leg; nothing where they carry them, or where it cannot be told. */
export function dropOf(leg: IntendedLeg, about: About): TableDrop | undefined {
  const hosts = hostsAround(about)
  const entry = entryOf(leg, hosts, about)
  // A network without a way out has no wire to leave by.
  if (!entry?.ok || hosts.get(entry.fact.host)?.via === undefined) return undefined
  const goal = goalOf(leg, about)
  const firewall = hybridFirewallOf(about)
  const connections = answersConnection(leg) ? ANSWERED : []
  const way = goal && { hosts, entry: entry.fact, goal, firewalls: firewall ? [firewall] : [] }
  const gone = way && go(way, { connections })
  return gone?.outcome === 'dropped' ? dropIn(gone, goal, { hosts, about }) : undefined
}

/** To conntrack a DHCP reply is new: the request went to everybody. */
const answersConnection = ({ conversation, direction }: IntendedLeg): boolean =>
  direction === 'reply' && (conversation === 'icmp' || conversation === 'metadata')

const ANSWERED: readonly Connection[] = [
  ['est', 'rpl'],
  ['est', 'rpl'],
  ['est', 'rpl'],
]

type Around = { readonly hosts: Hosts; readonly about: About }

function dropIn(gone: Gone, goal: Goal | undefined, around: Around): TableDrop | undefined {
  const { subject } = around.about
  for (const crossing of [gone.leaving, gone.arriving]) {
    if (crossing?.outcome === 'dropped' && crossing.because)
      return { host: subject.compute ?? '', station: 'guest port', because: crossing.because }
  }
  const ends = gone.passages.slice(1).filter(({ entry }) => goal?.devices.some(({ host }) => host === entry.host))
  for (const passage of [...gone.passages.slice(0, 1), ...ends]) {
    const drop = passage.result.outcome === 'dropped' ? dropAt(passage, around) : undefined
    if (drop) return drop
  }
  return undefined
}

function dropAt({ entry, blocks }: Passage, { hosts, about: { subject, read } }: Around): TableDrop | undefined {
  const [first] = blocks
  const bridges = read(neutronBridges, entry.host)
  if (!first?.flow || !bridges.ok) return undefined
  const outer = isTunnelled(subject) ? 'tunnel bridge' : 'provider bridge'
  const via = hosts.get(entry.host)?.via
  const station = first.bridge === via ? outer : first.bridge === bridges.fact.integration ? 'br-int' : undefined
  return station && { host: entry.host, station, because: first.flow.source }
}

function entryOf(leg: IntendedLeg, hosts: Hosts, about: About): Parsed<Entry> | undefined {
  const { subject } = about
  const vm = vmEnd(subject)
  const peer = peerOf(leg, about)
  if (!vm || !peer) return undefined
  if (leg.direction === 'request') {
    const device = vmDevice(about)
    return device.ok ? entryAt(hosts, device.fact, packetBetween(vm, peer.end, protocols[leg.conversation])) : undefined
  }
  // A sender's MAC that is not known may be one that the tables know.
  if (!peer.macKnown) return undefined
  const answer = leg.conversation === 'dhcp' ? dhcpAnswer(peer.end, vm) : answerTo(leg.conversation, peer.end, vm)
  const [device] = peer.devices
  if (device) return entryAt(hosts, device, answer)
  return isTunnelled(subject) || subject.compute === undefined
    ? undefined
    : entryFromWire(hosts, { segment: subject.network.segment, host: subject.compute }, answer)
}

const protocols: Readonly<Record<Leg['conversation'], Protocol>> = {
  ...{ dhcp: { kind: 'dhcp' }, arp: { kind: 'arp' }, icmp: { kind: 'icmp' } },
  metadata: { kind: 'tcp', port: 80 },
}

/** Who is asked: of DHCP the server of the leg, of metadata who serves it, else the gateway. */
function peerOf(leg: IntendedLeg, about: About): Peer | undefined {
  const { subject } = about
  if (leg.conversation === 'metadata') return peerAt(METADATA, about)
  const server = subject.dhcpPorts.find((port) => port.host === leg.server)
  const ip = leg.conversation === 'dhcp' ? server?.ips.find((each) => !each.includes(':')) : gatewayOf(subject)
  return ip === undefined ? undefined : peerAt(ip, about)
}

function goalOf(leg: IntendedLeg, about: About): Goal | undefined {
  if (leg.direction === 'reply') {
    const vm = vmDevice(about)
    return vm.ok ? { devices: [vm.fact] } : undefined
  }
  const peer = peerOf(leg, about)
  if (leg.conversation === 'dhcp') return { devices: peer?.devices ?? [] }
  // br-tun may answer ARP itself: whether the router's host takes it in does not matter then.
  return { devices: leg.conversation === 'arp' ? [] : (peer?.devices ?? []), here: new Set(endsHere(about)) }
}

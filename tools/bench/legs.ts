/**
 * The conversations that every VM needs, judged for a whole cloud: each packet's way is cut where it changes hosts, so
 * that only one host's tables are held at a time and only small packets travel between them.
 */

import { at } from '../../src/openflow/fields.ts'
import type { Bridge, Switch } from '../../src/openflow/bridge.ts'
import { copyOf, type Packet } from '../../src/openflow/packet.ts'
import { parsePacket } from '../../src/openflow/packet-text.ts'
import { type Connection, trace, type TraceOptions } from '../../src/openflow/trace/trace.ts'
import { answerTo, dhcpAnswer, type End, packetBetween } from '../../src/journey/packets.ts'
import { isUplink } from '../../src/journey/travel.ts'

/** One way of a conversation. DHCP, ARP and ICMP go to the network's servers; their answers come back. */
export const legs = ['dhcp request', 'dhcp reply', 'arp request', 'arp reply', 'icmp request', 'icmp reply'] as const
export type Leg = (typeof legs)[number]

/** A port of an integration bridge, and who is there. */
export interface Station extends End {
  readonly ofport: number
}
/** Who talks to whom. */
export interface Parties {
  readonly vm: Station
  readonly dhcp: Station
  readonly gateway: Station
}

/** Which way a leg goes: from the VM's host, or back to it. */
export const isAnswer = (leg: Leg): boolean => leg.endsWith('reply')

function startOf(leg: Leg, { vm, dhcp, gateway }: Parties): Station {
  if (!isAnswer(leg)) return vm
  return leg === 'dhcp reply' ? dhcp : gateway
}

export function endOf(leg: Leg, { vm, dhcp, gateway }: Parties): Station {
  if (isAnswer(leg)) return vm
  return leg === 'dhcp request' ? dhcp : gateway
}

/** The packet of a leg as it is put into the bridge of its start. */
export function packetOf(leg: Leg, parties: Parties): Packet {
  const text = textOf(leg, parties)
  const parsed = parsePacket(`in_port=${startOf(leg, parties).ofport},${text}`)
  if (!parsed.ok) throw new Error(`no packet: ${text}`)
  return parsed.packet
}

function textOf(leg: Leg, { vm, dhcp, gateway }: Parties): string {
  switch (leg) {
    case 'dhcp request':
      return packetBetween(vm, dhcp, { kind: 'dhcp' })
    case 'dhcp reply':
      return dhcpAnswer(dhcp, vm)
    case 'arp request':
      return packetBetween(vm, gateway, { kind: 'arp' })
    case 'arp reply':
      return answerTo('arp', gateway, vm)
    case 'icmp request':
      return packetBetween(vm, gateway, { kind: 'icmp' })
    case 'icmp reply':
      return answerTo('icmp', gateway, vm)
  }
}

const ANSWERED: Connection = ['est', 'rpl']
const answered: TraceOptions = { connections: [ANSWERED, ANSWERED, ANSWERED] }
const begun: TraceOptions = {}
const assuming = (leg: Leg) => (isAnswer(leg) ? answered : begun)

/** The way into a host and out of it. */
export interface Uplink {
  readonly bridge: Bridge
  readonly ofport: number
}

export function uplinkOf(bridges: Switch): Uplink | undefined {
  for (const bridge of bridges.values()) {
    const port = [...bridge.ports.values()].find(({ ofport }) => isUplink(bridge, ofport))
    if (port) return { bridge, ofport: port.ofport }
  }
  return undefined
}

/** The packet as it leaves the host of its start, after all rewrites; `undefined` where it does not. */
export function leaving(bridges: Switch, from: Bridge, uplink: Uplink, leg: Leg, packet: Packet): Packet | undefined {
  const { outputs } = trace(bridges, from, packet, assuming(leg))
  return outputs.find(({ bridge, ofport }) => bridge === uplink.bridge.name && ofport === uplink.ofport)?.packet
}

/** Whether a packet that comes in from the wire gets to the port that it is for. */
export function arrives(bridges: Switch, to: Bridge, uplink: Uplink, leg: Leg, packet: Packet, end: Station): boolean {
  const own = copyOf(packet)
  own[at.inPort] = uplink.ofport
  const { outputs } = trace(bridges, uplink.bridge, own, assuming(leg))
  return outputs.some(({ bridge, ofport }) => bridge === to.name && ofport === end.ofport)
}

/** A packet's way over several hosts: out of one by its NIC or tunnel, into the next by theirs. */

import type { Bridge, Port, Switch } from '../openflow/bridge.ts'
import { at } from '../openflow/fields.ts'
import type { Packet } from '../openflow/packet.ts'
import { type Block, blockers } from '../openflow/trace/blockers.ts'
import { setTunnel } from '../openflow/trace/output.ts'
import type { Output } from '../openflow/trace/step.ts'
import { type Trace, trace, type TraceOptions } from '../openflow/trace/trace.ts'

/** Where a packet is put into a host's bridges. */
export interface Entry {
  readonly host: string
  readonly bridge: string
  readonly ofport: number
  readonly packet: Packet
}
export interface Host {
  readonly bridges: Switch
  /** The bridge by which the network leaves this host and comes in: the provider bridge, or br-tun. */
  readonly via?: string
  /** Bridges of which the flows could not be read: where a packet would go in there, it is not dropped. */
  readonly unread: readonly string[]
}
export type Hosts = ReadonlyMap<string, Host>

/** A port of a bridge. */
export interface Device {
  readonly host: string
  readonly name: string
}

/** Where a packet is bound. */
export interface Goal {
  /** Where it arrives. Where nothing is known, leaving the first host is all that can be seen. */
  readonly devices: readonly Device[]
  /** Devices of the first host that end the way as well: a router there, or the VM itself where it is answered. */
  readonly here?: ReadonlySet<string>
}

/** What happened on one host. */
export interface Passage {
  readonly entry: Entry
  readonly packet: Packet
  readonly result: Trace
  readonly blocks: readonly Block[]
}

/** A packet that goes round and round is followed no further than this. */
const MOST_HOSTS = 6

/** Follows a packet from host to host. Nobody knows here what the physical network does: it is taken to carry it. */
export function travel(hosts: Hosts, first: Entry, goal: Goal, options: TraceOptions = {}): readonly Passage[] {
  const passages: Passage[] = []
  const waiting = [first]
  for (const entry of waiting) {
    const host = hosts.get(entry.host)
    const bridge = host?.bridges.get(entry.bridge)
    if (!host || !bridge || passages.length >= MOST_HOSTS) continue
    const bound = entry === first ? boundOut(host, entry, goal) : boundIn(host, entry, goal)
    const passage = pass(host.bridges, bridge, entry, { ...options, ...bound })
    passages.push(passage)
    for (const next of passage.result.outputs.flatMap((output) => arrivals(hosts, entry.host, output))) {
      if (!passages.some((p) => p.entry.host === next.host)) waiting.push(next)
    }
  }
  return passages
}

type Bound = Pick<TraceOptions, 'counts' | 'via'>

/** From the first host a packet goes on by a wire or a tunnel; but not where it is bound for this host alone. */
function boundOut(host: Host, entry: Entry, goal: Goal): Bound {
  const { devices, here = new Set<string>() } = goal
  if (devices.length > 0 && devices.every((device) => device.host === entry.host)) return boundIn(host, entry, goal)
  const names = new Set([...namesAt(entry.host, devices), ...here])
  return {
    ...(host.via === undefined ? {} : { via: host.via }),
    counts: ({ bridge, port, ofport, tunnel }) =>
      tunnel !== undefined || names.has(port) || isUplink(host.bridges.get(bridge), ofport),
  }
}

/** On the other hosts it is to arrive. */
function boundIn({ bridges }: Host, { host }: Entry, { devices }: Goal): Bound {
  const names = namesAt(host, devices)
  const to = [...bridges.values()].find((bridge) => [...bridge.ports.values()].some((port) => names.has(port.name)))
  return { ...(to ? { via: to.name } : {}), counts: ({ port }) => names.has(port) }
}

const namesAt = (host: string, devices: readonly Device[]): ReadonlySet<string> =>
  new Set(devices.flatMap((device) => (device.host === host ? [device.name] : [])))

function pass(bridges: Switch, bridge: Bridge, entry: Entry, options: TraceOptions): Passage {
  const packet = entry.packet.slice()
  packet[at.inPort] = entry.ofport
  const result = trace(bridges, bridge, packet, options)
  return { entry, packet, result, blocks: blockers(bridges, bridge, packet, result, options) }
}

/** Where a packet that left a host may come in again. */
function arrivals(hosts: Hosts, from: string, output: Output): readonly Entry[] {
  const sender = hosts.get(from)
  const others = [...hosts].filter(([name]) => name !== from)
  if (output.tunnel) {
    const type = sender?.bridges.get(output.bridge)?.ports.get(output.ofport)?.tunnel?.type
    return others.flatMap(([name, { bridges }]) => fromTunnel(name, bridges, { ...output, type }))
  }
  // Bridges of one physical network may have another name on each host.
  const leaves = output.bridge === sender?.via && isUplink(sender.bridges.get(output.bridge), output.ofport)
  return leaves ? others.flatMap(([name, host]) => fromWire(name, host, output.packet) ?? []) : []
}

/** A packet of the network as it comes in from the wire. */
export function fromWire(name: string, { bridges, via }: Host, packet: Packet): Entry | undefined {
  const bridge = via === undefined ? undefined : bridges.get(via)
  const uplinks = bridge ? [...bridge.ports.values()].filter((port) => isUplink(bridge, port.ofport)) : []
  // A port with a tag of its own is no trunk: it leads to an address of the host, not to the networks of VMs.
  const port = uplinks.find(({ ofport }) => bridge?.bundles.get(ofport)?.mode === 'trunk') ?? uplinks[0]
  return bridge && port && { host: name, bridge: bridge.name, ofport: port.ofport, packet }
}

/** The port of a provider bridge that leads to the physical network: neither a patch nor the bridge itself. */
export function isUplink(bridge: Bridge | undefined, ofport: number): boolean {
  const port = bridge?.ports.get(ofport)
  if (!bridge || !port || port.peer || port.tunnel || port.name === bridge.name) return false
  return [...bridge.ports.values()].some((other) => other.peer) && !isVirtual(port)
}

/** Devices of VMs, routers and DHCP servers, by the names that Neutron gives them. */
const isVirtual = ({ name }: Port): boolean => /^(tap|qvo|qr-|qg-|sg-|fg-|ha-|vhu)/.test(name)

function fromTunnel(
  host: string,
  bridges: Switch,
  { tunnel, packet, type }: Output & { readonly type: string | undefined },
): readonly Entry[] {
  if (!tunnel) return []
  for (const bridge of bridges.values()) {
    for (const port of bridge.ports.values()) {
      if (port.tunnel?.type !== type) continue
      if (port.tunnel?.local !== tunnel.remote || port.tunnel.remote !== tunnel.local) continue
      const inner = packet.slice()
      setTunnel(inner, { id: tunnel.id, local: tunnel.local, remote: tunnel.remote })
      return [{ host, bridge: bridge.name, ofport: port.ofport, packet: inner }]
    }
  }
  return []
}

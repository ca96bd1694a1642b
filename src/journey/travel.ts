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
export type Hosts = ReadonlyMap<string, Switch>

/** What happened on one host. */
export interface Passage {
  readonly entry: Entry
  readonly packet: Packet
  readonly result: Trace
  readonly blocks: readonly Block[]
}

/** A packet that goes round and round is followed no further than this. */
const MOST_HOSTS = 6

/** Where a packet is bound. */
export interface Goal {
  /** The bridge that leads out of a host: the provider bridge, or br-tun. */
  readonly via?: string
  /** Where it arrives: devices by name. Where none is known, leaving the first host is all that can be seen. */
  readonly devices: ReadonlySet<string>
  /** Devices of the first host that end the way as well: a router there, or the VM itself where it is answered. */
  readonly here?: ReadonlySet<string>
}

/** Follows a packet from host to host. Nobody knows here what the physical network does: it is taken to carry it. */
export function travel(hosts: Hosts, first: Entry, goal: Goal, options: TraceOptions = {}): readonly Passage[] {
  const passages: Passage[] = []
  const waiting = [first]
  for (const entry of waiting) {
    const bridges = hosts.get(entry.host)
    const bridge = bridges?.get(entry.bridge)
    if (!bridges || !bridge || passages.length >= MOST_HOSTS) continue
    // Only the first host is left; in the others the packet is to arrive.
    const bound =
      entry === first
        ? { ...goal, devices: new Set([...goal.devices, ...(goal.here ?? [])]) }
        : { devices: goal.devices }
    const passage = pass(bridges, bridge, entry, { ...options, ...boundFor(bound, bridges) })
    passages.push(passage)
    for (const next of passage.result.outputs.flatMap((output) => arrivals(hosts, entry.host, output))) {
      if (!passages.some((p) => p.entry.host === next.host)) waiting.push(next)
    }
  }
  return passages
}

/** Only what leaves by a wire or a tunnel, or by a device that is meant, gets the packet any further. */
function boundFor({ via, devices }: Goal, bridges: Switch): Pick<TraceOptions, 'counts' | 'via'> {
  return {
    ...(via === undefined ? {} : { via }),
    counts: ({ bridge, port, ofport, tunnel }) =>
      tunnel !== undefined || devices.has(port) || isUplink(bridges.get(bridge), ofport),
  }
}

function pass(bridges: Switch, bridge: Bridge, entry: Entry, options: TraceOptions): Passage {
  const packet = entry.packet.slice()
  packet[at.inPort] = entry.ofport
  const result = trace(bridges, bridge, packet, options)
  return { entry, packet, result, blocks: blockers(bridges, bridge, packet, result, options) }
}

/** Where a packet that left a host may come in again. */
function arrivals(hosts: Hosts, from: string, output: Output): readonly Entry[] {
  const others = [...hosts].filter(([host]) => host !== from)
  if (output.tunnel)
    return others.flatMap(([host, bridges]) =>
      fromTunnel(host, bridges, { ...output, type: typeOf(hosts, from, output) }),
    )
  if (!isUplink(hosts.get(from)?.get(output.bridge), output.ofport)) return []
  return others.flatMap(([host, bridges]) => {
    const bridge = bridges.get(output.bridge)
    const uplinks = bridge ? [...bridge.ports.values()].filter((port) => isUplink(bridge, port.ofport)) : []
    // A port with a tag of its own is no trunk: it leads to an address of the host, not to the networks of VMs.
    const trunk = uplinks.find(({ ofport }) => bridge?.bundles.get(ofport)?.mode === 'trunk') ?? uplinks[0]
    return (trunk ? [trunk] : []).map((port) => ({
      host,
      bridge: output.bridge,
      ofport: port.ofport,
      packet: output.packet,
    }))
  })
}

/** The port of a provider bridge that leads to the physical network: neither a patch nor the bridge itself. */
export function isUplink(bridge: Bridge | undefined, ofport: number): boolean {
  const port = bridge?.ports.get(ofport)
  if (!bridge || !port || port.peer || port.tunnel || port.name === bridge.name) return false
  return [...bridge.ports.values()].some((other) => other.peer) && !isVirtual(port)
}

/** Devices of VMs, routers and DHCP servers, by the names that Neutron gives them. */
const isVirtual = ({ name }: Port): boolean => /^(tap|qvo|qr-|qg-|sg-|fg-|ha-|vhu)/.test(name)

const typeOf = (hosts: Hosts, from: string, { bridge, ofport }: Output): string | undefined =>
  hosts.get(from)?.get(bridge)?.ports.get(ofport)?.tunnel?.type

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

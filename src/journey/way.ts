/** The whole way of a packet: through the sender's iptables, over bridges and hosts, through the receiver's iptables. */

import type { Heading } from '../core/hop.ts'
import type { Traced } from '../core/traced.ts'
import type { Packet } from '../openflow/packet.ts'
import type { Connection, TraceOptions } from '../openflow/trace/trace.ts'
import type { Crossing, HybridFirewall } from './hybrid.ts'
import { type Device, type Entry, type Goal, type Hosts, type Passage, travel } from './travel.ts'

export interface Way {
  readonly hosts: Hosts
  readonly entry: Entry
  readonly goal: Goal
  readonly firewalls: readonly HybridFirewall[]
}
export interface Gone {
  readonly outcome: Traced['outcome']
  /** Where the sender, or the receiver, has a firewall of iptables. */
  readonly leaving?: Crossing
  readonly passages: readonly Passage[]
  /** Whether the bridges carry it to a device that it is bound for. */
  readonly arrived: boolean
  readonly arriving?: Crossing
  /** `HOST BRIDGE`, of the hosts that it came to. */
  readonly unread: readonly string[]
}

const NEW: Connection = ['new']

export function go({ hosts, entry, goal, firewalls }: Way, options: TraceOptions = {}): Gone {
  // Of several lookups on the way, iptables makes one for each VM: the first.
  const connection = options.connections?.[0] ?? NEW
  const cross = (device: Device | undefined, packet: Packet, heading: Heading) =>
    firewalls
      .find((each) => each.host === device?.host && each.name === device.name)
      ?.judge(packet, heading, connection)
  const leaving = cross(deviceOf(hosts, entry), entry.packet, 'out')
  const passages = travel(hosts, entry, goal, options)
  const arrived = arrivalOf(passages, goal)
  const arriving = arrived && cross(arrived.device, arrived.packet, 'in')
  return {
    outcome: first(leaving?.outcome, outcomeOf(passages, goal, hosts), arriving?.outcome),
    passages,
    arrived: arrived !== undefined,
    unread: passages.flatMap(({ entry: { host } }) => (hosts.get(host)?.unread ?? []).map((name) => `${host} ${name}`)),
    ...(leaving ? { leaving } : {}),
    ...(arriving ? { arriving } : {}),
  }
}

function deviceOf(hosts: Hosts, { host, bridge, ofport }: Entry): Device | undefined {
  const port = hosts.get(host)?.bridges.get(bridge)?.ports.get(ofport)
  return port && { host, name: port.name }
}

/** The first part of the way that does not let the packet pass decides. */
const first = (...outcomes: readonly (Traced['outcome'] | undefined)[]): Traced['outcome'] =>
  outcomes.find((outcome) => outcome !== undefined && outcome !== 'delivered') ?? 'delivered'

function arrivalOf(passages: readonly Passage[], { devices }: Goal) {
  for (const { entry, result } of passages) {
    for (const { port, packet } of result.outputs) {
      const device = devices.find(({ host, name }) => host === entry.host && name === port)
      if (device) return { device, packet }
    }
  }
  return undefined
}

function outcomeOf(passages: readonly Passage[], goal: Goal, hosts: Hosts): Traced['outcome'] {
  const [start] = passages
  if (!start) return 'inconclusive'
  if (arrivalOf(passages, goal)) return 'delivered'
  const isRead = (host: string) => hosts.get(host)?.unread.length === 0
  if (start.result.outcome !== 'delivered') return isRead(start.entry.host) ? start.result.outcome : 'inconclusive'
  if (goal.devices.length === 0) return 'delivered'
  // It left its host. It is dropped where every host that it is bound for was read, has taken it in, and drops it.
  const isDroppedAt = ({ host }: Device) => {
    const there = passages.filter((passage) => passage.entry.host === host)
    if (host === start.entry.host) return start.result.sure && isRead(host)
    return isRead(host) && there.length > 0 && there.every(({ result }) => result.outcome === 'dropped')
  }
  return goal.devices.every(isDroppedAt) ? 'dropped' : 'inconclusive'
}

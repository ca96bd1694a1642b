import type { Evidence } from '../../core/answer.ts'
import { derived, fact, maybe, type Parsed, problem } from '../../core/probe.ts'
import type { Subject } from '../../core/subject.ts'
import type { FlowTable } from '../../openflow/flow.ts'
import { type ApiAgent, switchAgents } from '../api/agents.ts'
import { type NetworkPort, networkPorts } from '../api/network-ports.ts'
import { apiPort } from '../api/port.ts'
import type { OvsBridge, OvsInterface } from '../ovs/ovsdb.ts'
import { farFlows } from './flows.ts'
import { type LocalVlan, localVlan } from './local-vlan.ts'
import { patchPair } from './patch-pair.ts'

/** How a host carries the VM's network to other hosts. */
export interface Tunnel {
  readonly bridge: OvsBridge
  /** `vxlan`, `gre`, `geneve`. */
  readonly type: string
  /** VNI (or GRE key). */
  readonly id: number
  readonly ports: readonly OvsInterface[]
}

export const tunnel = derived({
  id: 'tunnel',
  needs: { pair: patchPair },
  derive({ pair }, { subject }): Parsed<Tunnel> {
    const { type, id } = subject.network.segment ?? {}
    if (type === undefined || id === undefined)
      return problem('the segmentation ID is not known', '不知道 segmentation ID')
    if (!pair.far) return problem(`there is no bridge ${pair.farName}`, `没有网桥 ${pair.farName}`)
    const ports = pair.far.ports.flatMap((p) => p.interfaces).filter((i) => i.type === type || i.type === `ip6${type}`)
    return fact({ bridge: pair.far, type, id, ports })
  },
})

/** The same with its flows, where the agent has provided the network on this host. */
export interface TunnelFlows extends Tunnel {
  readonly local: LocalVlan
  readonly table: FlowTable
}
export const tunnelFlows = derived({
  id: 'tunnel-flows',
  needs: { tunnel, localVlan, table: farFlows },
  derive: ({ tunnel: t, localVlan: local, table }): Parsed<TunnelFlows> => fact({ ...t, local, table }),
})

/** What is on another host: this VM, its DHCP server, a router with a port in the network, other VMs. */
export type PeerRole = 'vm' | 'dhcp' | 'router' | 'other'

/** Another host that this one has to reach for the VM's network. */
export interface Peer {
  readonly host: string
  readonly roles: readonly PeerRole[]
  /** Address of its end of the tunnel; absent where its agent does none, or is not known. */
  readonly ip?: string
  /** With l2population a host hears only of ports that are ACTIVE. */
  readonly active: boolean
  /** Looked up when it is cited: there can be hundreds of hosts. */
  readonly because: () => readonly Evidence[]
}
export interface Peers {
  readonly all: readonly Peer[]
  /** This host's agent, as Neutron knows it. */
  readonly own?: ApiAgent
  /** With l2population this host has tunnels and flood entries only where Neutron has told it of an ACTIVE port. */
  readonly onDemand: boolean
  readonly whole: Evidence
}

export const peers = derived({
  id: 'peers',
  needs: { ports: networkPorts, agents: switchAgents, port: maybe(apiPort) },
  derive({ ports, agents, port }, { subject, host }): Parsed<Peers> {
    if (ports.ports.every((p) => p.host === undefined))
      return problem('the ports do not show on which hosts they are', '端口信息中没有所在主机')
    const own = agents.agents.find((a) => a.host === host)
    const ownActive = host !== subject.compute || (port.ok && port.fact.status === 'ACTIVE')
    const all = peersOf(ports.ports, { subject, host, agents: agents.agents })
    return fact({
      all: all.map((p) => ({ ...p, active: p.active && ownActive })),
      onDemand: own?.tunnels.l2Population === true,
      whole: ports.whole,
      ...(own ? { own } : {}),
    })
  },
})

interface Around {
  readonly subject: Subject
  readonly host: string
  readonly agents: readonly ApiAgent[]
}

/** Each other host once, with all that is there of the network. On a DHCP server's host that is the VM alone. */
function peersOf(ports: readonly NetworkPort[], around: Around): readonly Peer[] {
  const found = new Map<string, Peer>()
  for (const port of ports) {
    const { host = around.host } = port
    const role = roleOf(port, around)
    if (host === around.host || role === undefined) continue
    const known = found.get(host) ?? peerAt(host, port, around.agents)
    const roles = known.roles.includes(role) ? known.roles : [...known.roles, role]
    found.set(host, { ...known, roles, active: known.active || port.active })
  }
  return [...found.values()]
}

function peerAt(host: string, port: NetworkPort, agents: readonly ApiAgent[]): Peer {
  const agent = agents.find((a) => a.host === host)
  const ip = agent?.tunnels.ip
  const because = () => [port.cite('binding:host_id'), ...(agent ? [agent.cite('tunneling_ip')] : [])]
  return { host, roles: [], active: false, because, ...(ip === undefined ? {} : { ip }) }
}

function roleOf(port: NetworkPort, { subject, host }: Around): PeerRole | undefined {
  if (host !== subject.compute) return port.id === subject.port.id ? 'vm' : undefined
  if (port.id === subject.port.id || port.device === 'reserved_dhcp_port') return undefined
  if (port.owner === 'network:dhcp') return 'dhcp'
  if (isRouter(port.owner)) return 'router'
  return port.owner.startsWith('compute:') ? 'other' : undefined
}

// A distributed router is on every host.
const isRouter = (owner: string) =>
  owner === 'network:router_interface' || owner === 'network:ha_router_replicated_interface'

/** The port of this host's tunnel bridge that leads there. */
export const portTo = (ports: readonly OvsInterface[], ip: string): OvsInterface | undefined =>
  ports.find((p) => p.options.get('remote_ip')?.toLowerCase() === ip)

/** Whether the VM itself needs what is there, and not only other VMs. */
export const isNeeded = (peer: Peer): boolean => peer.roles.some((role) => role !== 'other')

/** A role that is somewhere, and wherever it is, is cut off. */
export const isCutOff = (role: PeerRole, all: readonly Peer[], cut: (peer: Peer) => boolean): boolean => {
  const holders = all.filter((p) => p.roles.includes(role))
  return holders.length > 0 && holders.every(cut)
}

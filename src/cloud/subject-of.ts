import {
  agentsOfHostPath,
  dhcpPortsPath,
  gatewayPortPath,
  networkDhcpAgentsPath,
  networkPath,
  serverPath,
  subnetsPath,
} from '../core/paths.ts'
import { get } from '../core/probe.ts'
import type { DhcpPort, Network, Segment, Subject, Subnet } from '../core/subject.ts'
import type { Transport } from '../core/transport.ts'
import {
  agentsBody,
  type ApiNetwork,
  type ApiPort,
  networkBody,
  portsBody,
  serverBody,
  subnetsBody,
  toPort,
} from './neutron.ts'
import { orElse, read } from './reading.ts'
import { needsMappings, segmentOf } from './segment.ts'

/**
 * Reads what is around a port, in two rounds. What may not be read stays out of the subject; the answers that failed
 * tell the caller so.
 */
export async function subjectOf(asked: string, port: ApiPort, transport: Transport): Promise<Subject> {
  const around = await surroundings(port, transport)
  const compute = port['binding:host_id']
  const subnets = subnetsOf(port, around.subnets)
  const beyond = await secondRound({ port, compute, subnets, network: around.network }, transport)
  return {
    asked,
    name: around.server ?? port.name ?? port.id,
    port: toPort(port),
    network: toNetwork(port, around.network, beyond.segment),
    subnets,
    dhcpHosts: hostsOf(around.agentHosts, around.dhcpPorts),
    dhcpPorts: around.dhcpPorts,
    ...(compute === undefined ? {} : { compute }),
    ...(beyond.gatewayMac === undefined ? {} : { gatewayMac: beyond.gatewayMac }),
    fromApi: true,
  }
}

async function surroundings(port: ApiPort, transport: Transport) {
  const net = port.network_id
  const paths = [networkPath(net), subnetsPath(net), networkDhcpAgentsPath(net), dhcpPortsPath(net)]
  const isServers = port.device_owner?.startsWith('compute:') && port.device_id !== undefined
  const server = isServers ? [{ ...get('compute', serverPath(port.device_id ?? '')), okExits: [0, 404] }] : []
  const answers = await transport.ask([...paths.map((path) => get('network', path)), ...server])
  const [network, subnets, agents, dhcpPorts, named] = answers
  return {
    network: orElse(read(network, networkBody), undefined)?.network,
    subnets: orElse(read(subnets, subnetsBody), { subnets: [] }).subnets.map(toSubnet),
    agentHosts: orElse(read(agents, agentsBody), { agents: [] }).agents.map((agent) => agent.host),
    dhcpPorts: orElse(read(dhcpPorts, portsBody), { ports: [] }).ports.flatMap(toDhcpPort),
    server: named === undefined ? undefined : orElse(read(named, serverBody), undefined)?.server.name,
  }
}

interface Known {
  readonly port: ApiPort
  readonly compute: string | undefined
  readonly subnets: readonly Subnet[]
  readonly network: ApiNetwork | undefined
}

async function secondRound({ port, compute, subnets, network }: Known, transport: Transport) {
  const gateway = (subnets.find((s) => s.version === 4 && s.gateway) ?? subnets.find((s) => s.gateway))?.gateway
  const gatewayAsk = gateway === undefined ? [] : [get('network', gatewayPortPath(port.network_id, gateway))]
  const agentsAsk =
    network && needsMappings(network) && compute !== undefined ? [get('network', agentsOfHostPath(compute))] : []
  const asks = [...gatewayAsk, ...agentsAsk]
  const answers = asks.length > 0 ? await transport.ask(asks) : []
  const owners = gateway === undefined ? undefined : orElse(read(answers[0], portsBody), undefined)
  const agents = agentsAsk.length > 0 ? orElse(read(answers.at(-1), agentsBody), undefined) : undefined
  return {
    gatewayMac: owners?.ports[0]?.mac_address.toLowerCase(),
    segment: network && segmentOf(network, physicalNetworks(agents?.agents ?? [])),
  }
}

const physicalNetworks = (
  agents: readonly { configurations?: { bridge_mappings?: object | undefined } | undefined }[],
) => agents.flatMap((agent) => Object.keys(agent.configurations?.bridge_mappings ?? {}))

/** Those that the port has an address of; where it has none, all of its network's. */
function subnetsOf(port: ApiPort, all: readonly Subnet[]): readonly Subnet[] {
  const own = new Set(port.fixed_ips.map((ip) => ip.subnet_id))
  return own.size === 0 ? all : all.filter((subnet) => own.has(subnet.id))
}

const toNetwork = (port: ApiPort, network: ApiNetwork | undefined, segment: Segment | undefined): Network => ({
  id: port.network_id,
  name: network?.name ?? port.network_id,
  ...(segment === undefined ? {} : { segment }),
})

const toSubnet = (s: {
  id: string
  cidr: string
  gateway_ip?: string | undefined
  ip_version: 4 | 6
  enable_dhcp: boolean
}): Subnet => ({
  id: s.id,
  cidr: s.cidr,
  version: s.ip_version,
  dhcp: s.enable_dhcp,
  ...(s.gateway_ip === undefined ? {} : { gateway: s.gateway_ip }),
})

/** A reserved port waits for the next agent, and one without a host (or whose host we may not see) serves from nowhere known. */
function toDhcpPort(port: ApiPort): readonly DhcpPort[] {
  const host = port['binding:host_id']
  if (host === undefined || port.device_id === 'reserved_dhcp_port') return []
  return [{ id: port.id, mac: port.mac_address.toLowerCase(), ips: port.fixed_ips.map((ip) => ip.ip_address), host }]
}

const hostsOf = (agentHosts: readonly string[], ports: readonly DhcpPort[]): readonly string[] =>
  [...new Set([...agentHosts, ...ports.map((port) => port.host)])].toSorted()

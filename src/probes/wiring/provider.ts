import type { Evidence } from '../../core/answer.ts'
import { derived, fact, maybe, type Parsed, problem } from '../../core/probe.ts'
import { apiAgents } from '../api/agents.ts'
import { agentConfigs } from '../agents/config.ts'
import { neutronBridges } from '../ovs/bridges.ts'
import { type OvsBridge, type OvsInterface, type Ovsdb, type OvsPort, ovsdb } from '../ovs/ovsdb.ts'

/** How a host reaches the network's physical network: br-int ⇄ patch ports ⇄ provider bridge ⇄ NIC. */
export interface Provider {
  readonly physicalNetwork: string
  /** The bridge that `bridge_mappings` names. */
  readonly name: string
  readonly mapping: Evidence
  readonly integration?: OvsBridge
  /** Absent where the bridge does not exist. */
  readonly bridge?: OvsBridge
  readonly patches: { readonly int?: OvsInterface; readonly phy?: OvsInterface }
  /** Ports of the provider bridge that lead to the wire: NICs and bonds. */
  readonly nics: readonly OvsPort[]
  readonly whole: Ovsdb['whole']
}

export const provider = derived({
  id: 'provider',
  needs: { ovsdb, bridges: neutronBridges, configs: maybe(agentConfigs), agents: maybe(apiAgents) },
  derive({ ovsdb: db, bridges, configs, agents }, { subject, host }): Parsed<Provider> {
    const physicalNetwork = subject.network.segment?.physicalNetwork
    if (physicalNetwork === undefined) return problem('the network has no physical network', '该网络没有对应的物理网络')
    const config = configs.ok ? configs.fact['neutron-openvswitch-agent'] : undefined
    const reported = agents.ok ? agents.fact.get(host) : undefined
    const mapping =
      fromConfig(config?.ok ? config.fact.options.get('ovs/bridge_mappings') : undefined, physicalNetwork) ??
      fromApi(reported?.ok ? reported.fact.agents : [], physicalNetwork)
    if (!mapping)
      return problem(
        `bridge_mappings of ${host} has no bridge for ${physicalNetwork}`,
        `${host} 的 bridge_mappings 中没有 ${physicalNetwork}`,
      )
    return fact(pathThrough(mapping, physicalNetwork, { db, integration: bridges.integration }))
  },
})

interface Mapping {
  readonly name: string
  readonly source: Evidence
}

function fromConfig(
  option: ({ readonly value: string } & Evidence) | undefined,
  physicalNetwork: string,
): Mapping | undefined {
  const pairs = (option?.value ?? '').split(',').map((pair) => pair.split(':').map((word) => word.trim()))
  const name = pairs.find(([network]) => network === physicalNetwork)?.[1]
  return option && name ? { name, source: option } : undefined
}

type Agents = readonly {
  readonly bridgeMappings: ReadonlyMap<string, string>
  readonly cite: (f: string) => Evidence
}[]
function fromApi(agents: Agents, physicalNetwork: string): Mapping | undefined {
  for (const agent of agents) {
    const name = agent.bridgeMappings.get(physicalNetwork)
    if (name) return { name, source: agent.cite('binary') }
  }
  return undefined
}

function pathThrough(mapping: Mapping, physicalNetwork: string, at: { db: Ovsdb; integration: string }): Provider {
  const bridge = at.db.bridges.find((b) => b.name === mapping.name)
  const integration = at.db.bridges.find((b) => b.name === at.integration)
  const int = patchOf(integration, 'int-', { bridge, name: mapping.name })
  const phy = patchOf(bridge, 'phy-', { bridge: integration, name: mapping.name })
  return {
    physicalNetwork,
    name: mapping.name,
    mapping: mapping.source,
    whole: at.db.whole,
    ...(integration ? { integration } : {}),
    ...(bridge ? { bridge } : {}),
    patches: {
      ...(int ? { int } : {}),
      ...(phy ? { phy } : {}),
    },
    nics: (bridge?.ports ?? []).filter((p) => isWire(p, mapping.name)),
  }
}

/** By Neutron's name for it, else by its peer: a patch port into the other bridge. */
function patchOf(
  of: OvsBridge | undefined,
  prefix: string,
  to: { readonly bridge: OvsBridge | undefined; readonly name: string },
): OvsInterface | undefined {
  const all = (of?.ports ?? []).flatMap((p) => p.interfaces)
  const peers = new Set(to.bridge?.ports.map((p) => p.name))
  const leadsThere = (i: OvsInterface) => i.type === 'patch' && peers.has(i.options.get('peer') ?? '')
  const hashed = all.filter((i) => isHashed(i.name, prefix, to.name))
  // By name whatever its type: older agents can be told to use a veth pair instead of patch ports.
  const named = all.find((i) => i.name === prefix + to.name) ?? (hashed.length === 1 ? hashed[0] : undefined)
  return named ?? hashed.find(leadsThere) ?? all.find(leadsThere)
}

// 15 characters at most: of a longer bridge name, Neutron keeps the start and adds six digits of its SHA-1. Two bridges
// can have that start in common.
const isHashed = (name: string, prefix: string, bridge: string) =>
  prefix.length + bridge.length > 15 && name.startsWith(prefix + bridge.slice(0, 15 - prefix.length - 6))

/** A port of a bridge that leads to the wire: a NIC or a bond. */
export const isWire = (port: OvsPort, bridge: string) =>
  port.name !== bridge &&
  !port.name.startsWith('phy-') &&
  !/^(tap|qvo|vnet)/.test(port.name) &&
  port.interfaces.some((i) => i.type === '' || i.type === 'system' || i.type.startsWith('dpdk') || i.type === 'afxdp')

export const portNumber = (iface: OvsInterface | undefined): string | undefined =>
  iface?.ofport === undefined || iface.ofport < 0 ? undefined : String(iface.ofport)

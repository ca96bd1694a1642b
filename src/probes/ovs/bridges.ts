import { type Parsed, derived, fact, maybe, problem } from '../../core/probe.ts'
import { agentConfigs } from '../agents/config.ts'
import { type OvsBridge, type Ovsdb, ovsdb } from './ovsdb.ts'

/** The bridges of Neutron on a host: br-int, and those that patch ports connect to it. */
export interface NeutronBridges {
  readonly integration: string
  /** Every bridge whose flows are on some path: br-int first, then provider and tunnel bridges. */
  readonly onPath: readonly string[]
}

export const neutronBridges = derived({
  id: 'neutron-bridges',
  needs: { ovsdb, configs: maybe(agentConfigs) },
  derive({ ovsdb: db, configs }): Parsed<NeutronBridges> {
    const config = configs.ok ? configs.fact['neutron-openvswitch-agent'] : undefined
    const named = config?.ok ? config.fact.options : undefined
    const integration =
      (named?.get('ovs/integration_bridge') ?? named?.get('DEFAULT/ovs_integration_bridge'))?.value ?? 'br-int'
    const mapped = (named?.get('ovs/bridge_mappings')?.value ?? '').split(',').map((m) => m.split(':')[1]?.trim() ?? '')
    const tunnel = named?.get('ovs/tunnel_bridge')?.value ?? 'br-tun'
    const wanted = new Set([integration, ...mapped, tunnel, ...patchedTo(db, integration)])
    const onPath = [...wanted].filter((name) => db.bridges.some((b) => b.name === name))
    return onPath.length === 0
      ? problem('no bridge of Neutron in OVSDB', 'OVSDB 中没有 Neutron 的网桥')
      : fact({ integration, onPath })
  },
})

/** Bridges with a patch port whose peer is on the given bridge. */
function patchedTo(db: Ovsdb, name: string): readonly string[] {
  const own = new Set(db.bridges.find((b) => b.name === name)?.ports.map((p) => p.name))
  return db.bridges.filter((b) => b.name !== name && hasPeerIn(b, own)).map((b) => b.name)
}
const hasPeerIn = (bridge: OvsBridge, ports: ReadonlySet<string>) =>
  bridge.ports.some((p) => p.interfaces.some((i) => i.type === 'patch' && ports.has(i.options.get('peer') ?? '')))

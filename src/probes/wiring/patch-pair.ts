import { type Parsed, derived, fact, maybe, problem } from '../../core/probe.ts'
import { agentConfigs } from '../agents/config.ts'
import { neutronBridges } from '../ovs/bridges.ts'
import { type OvsBridge, type OvsInterface, ovsdb } from '../ovs/ovsdb.ts'
import { provider } from './provider.ts'

/** The patch ports over which the network's frames leave br-int, to its provider bridge or to br-tun. */
export interface PatchPair {
  readonly integration: OvsBridge
  readonly farName: string
  /** Absent where the far bridge does not exist. */
  readonly far?: OvsBridge
  /** The port on br-int. */
  readonly near?: OvsInterface
  /** The port on the far bridge. */
  readonly end?: OvsInterface
}

export const patchPair = derived({
  id: 'patch-pair',
  needs: { ovsdb, bridges: neutronBridges, provider: maybe(provider), configs: maybe(agentConfigs) },
  derive({ ovsdb: db, bridges, provider: p, configs }, { subject }): Parsed<PatchPair> {
    const integration = db.bridges.find((b) => b.name === bridges.integration)
    if (!integration) return problem(`no bridge ${bridges.integration}`, `没有网桥 ${bridges.integration}`)
    if (subject.network.segment?.physicalNetwork !== undefined) {
      if (!p.ok) return p
      const { int, phy } = p.fact.patches
      return fact({ integration, farName: p.fact.name, ...given(p.fact.bridge, int, phy) })
    }
    const config = configs.ok ? configs.fact['neutron-openvswitch-agent'] : undefined
    const option = (name: string, usual: string) =>
      (config?.ok ? config.fact.options.get(`ovs/${name}`)?.value : undefined) ?? usual
    const farName = option('tunnel_bridge', 'br-tun')
    const far = db.bridges.find((b) => b.name === farName)
    const near = portNamed(integration, option('int_peer_patch_port', 'patch-tun'))
    return fact({
      integration,
      farName,
      ...given(far, near, portNamed(far, option('tun_peer_patch_port', 'patch-int'))),
    })
  },
})

const portNamed = (bridge: OvsBridge | undefined, name: string) =>
  bridge?.ports.flatMap((p) => p.interfaces).find((i) => i.name === name && i.type === 'patch')

const given = (far: OvsBridge | undefined, near: OvsInterface | undefined, end: OvsInterface | undefined) => ({
  ...(far ? { far } : {}),
  ...(near ? { near } : {}),
  ...(end ? { end } : {}),
})

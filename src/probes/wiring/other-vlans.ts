import { derived, fact, type Parsed } from '../../core/probe.ts'
import { matchedVlan, rewrittenVlan } from '../../openflow/vlan.ts'
import { integrationFlows } from './flows.ts'
import { portNumber, provider } from './provider.ts'

/** VLANs of other networks that come to this host by the same provider bridge, as br-int translates them. */
export const otherVlans = derived({
  id: 'other-vlans',
  needs: { provider, flows: integrationFlows },
  derive({ provider: p, flows }, { subject }): Parsed<ReadonlySet<number>> {
    const { int } = p.patches
    const ports = new Set([portNumber(int), int?.name])
    const vlans = flows.flows
      .filter((f) => f.table === 0 && rewrittenVlan(f) !== undefined)
      .filter((f) => ports.has(f.match.get('in_port')?.replaceAll('"', '')))
      .flatMap((f) => matchedVlan(f) ?? [])
    return fact(new Set(vlans.filter((v) => v !== 'untagged' && v !== subject.network.segment?.id)) as Set<number>)
  },
})

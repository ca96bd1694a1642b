import { derived, fact, type Parsed, problem } from '../../core/probe.ts'
import type { Flow, FlowTable } from '../../openflow/flow.ts'
import { matchedVlan, rewrittenVlan } from '../../openflow/vlan.ts'
import { integrationFlows, providerFlows } from './flows.ts'
import { type LocalVlan, localVlan } from './local-vlan.ts'
import { portNumber, type Provider, provider } from './provider.ts'

/** What the wire carries for the network: its VLAN ID, or no tag on a flat network. */
type Wire = number | 'untagged'

/** The flows that turn the local VLAN into the segment (provider bridge) and back (br-int). */
export interface Translation {
  readonly provider: Provider
  readonly local: LocalVlan
  readonly segment: Wire
  readonly phyPort: string
  readonly intPort: string
  /** Flows of the provider bridge for frames of the local VLAN that come from br-int. */
  readonly outbound: readonly Flow[]
  /** Flows of br-int for frames of the segment that come from the provider bridge. */
  readonly inbound: readonly Flow[]
  /** Flows of br-int that turn another segment of this provider bridge into our local VLAN. */
  readonly intruding: readonly Flow[]
  readonly tables: { readonly provider: FlowTable; readonly integration: FlowTable }
}

export const translation = derived({
  id: 'vlan-translation',
  needs: { provider, localVlan, providerFlows, integrationFlows },
  derive(facts, { subject }): Parsed<Translation> {
    const segment = subject.network.segment
    const wire: Wire | undefined = segment?.type === 'flat' ? 'untagged' : segment?.id
    const phyPort = portNumber(facts.provider.patches.phy)
    const intPort = portNumber(facts.provider.patches.int)
    if (wire === undefined) return problem('the segmentation ID is not known', '不知道 segmentation ID')
    if (phyPort === undefined || intPort === undefined)
      return problem(
        `no patch ports between br-int and ${facts.provider.name}`,
        `br-int 与 ${facts.provider.name} 之间没有 patch 口`,
      )
    const from = (table: FlowTable, ...ports: (string | undefined)[]) =>
      table.flows.filter((f) => ports.includes(unquoted(f.match.get('in_port'))))
    const out = from(facts.providerFlows, phyPort, facts.provider.patches.phy?.name).concat(
      tableTwo(facts.providerFlows),
    )
    const back = from(facts.integrationFlows, intPort, facts.provider.patches.int?.name).filter((f) => f.table === 0)
    const local = facts.localVlan.id
    return fact({
      provider: facts.provider,
      local: facts.localVlan,
      segment: wire,
      phyPort,
      intPort,
      outbound: out.filter((f) => matchedVlan(f) === local && rewrittenVlan(f) !== undefined),
      inbound: back.filter((f) => matchedVlan(f) === wire && rewrittenVlan(f) !== undefined),
      intruding: back.filter((f) => rewrittenVlan(f) === local && matchedVlan(f) !== wire),
      tables: {
        provider: facts.providerFlows,
        integration: facts.integrationFlows,
      },
    })
  },
})

// With DVR the provider bridge translates in table 2, whose flows name the port as well or none at all.
const tableTwo = (table: FlowTable) => table.flows.filter((f) => f.table === 2 && !f.match.has('in_port'))
const unquoted = (port: string | undefined) => port?.replace(/^"(.*)"$/, '$1')

/** The table where Neutron's agent keeps the flow by which it notices that br-int has lost its flows. */
export const CANARY = 23

/** The default cookie of the agent on a bridge: that of its catch-all flow. */
export const agentCookie = (table: FlowTable): string | undefined =>
  table.flows.find((f) => f.table === CANARY || (f.table === 0 && f.priority === 0))?.cookie

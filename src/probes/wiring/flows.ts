import { derived, fact, type Parsed, problem } from '../../core/probe.ts'
import type { Flow, FlowTable } from '../../openflow/flow.ts'
import { neutronBridges } from '../ovs/bridges.ts'
import { type BridgeState, openflow } from '../ovs/openflow.ts'
import { patchPair } from './patch-pair.ts'
import { provider } from './provider.ts'

/** The flows of br-int. */
export const integrationFlows = derived({
  id: 'br-int-flows',
  needs: { openflow, bridges: neutronBridges },
  derive: ({ openflow: states, bridges }): Parsed<FlowTable> => flowsOf(states, bridges.integration),
})

/** The flows of the provider bridge of the VM's network. */
export const providerFlows = derived({
  id: 'provider-flows',
  needs: { openflow, provider },
  derive: ({ openflow: states, provider: p }): Parsed<FlowTable> => flowsOf(states, p.name),
})

/** The flows of the bridge behind br-int's patch port: on a tunnelled network br-tun's. */
export const farFlows = derived({
  id: 'far-flows',
  needs: { openflow, pair: patchPair },
  derive: ({ openflow: states, pair }): Parsed<FlowTable> => flowsOf(states, pair.farName),
})

/** A flow of the agent on each of this host's other bridges that has any: a restart of Open vSwitch leaves none. */
export const flowsElsewhere = derived({
  id: 'flows-elsewhere',
  needs: { openflow, bridges: neutronBridges },
  derive: ({ openflow: states, bridges }): Parsed<readonly Flow[]> =>
    fact(
      bridges.onPath
        .filter((name) => name !== bridges.integration)
        .flatMap((name) => {
          const flows = states.get(name)?.flows
          return (flows?.ok ? flows.fact.flows.find((f) => !isCookieless(f)) : undefined) ?? []
        }),
    ),
})

/** Not the agent's: made by hand, or by Open vSwitch itself in a standalone bridge. */
export const isCookieless = ({ cookie }: Flow): boolean => /^0x0*$/.test(cookie)

/** All but the one that Open vSwitch itself puts in a standalone bridge: NORMAL for everything, without a cookie. */
export const withoutOwnFlow = ({ flows }: FlowTable): readonly Flow[] =>
  flows.filter((f) => f.match.size > 0 || f.priority > 0 || !isCookieless(f))

/** What the provider bridge has learned of who is where. */
export const providerLearned = derived({
  id: 'provider-fdb',
  needs: { openflow, provider },
  derive: ({ openflow: states, provider: p }): BridgeState['learned'] =>
    states.get(p.name)?.learned ?? noBridge(p.name),
})

const flowsOf = (states: ReadonlyMap<string, BridgeState>, name: string): Parsed<FlowTable> => {
  const flows = states.get(name)?.flows ?? noBridge(name)
  // A dump of which we understood part only cannot show that a flow is missing.
  if (flows.ok && flows.fact.unrecognised.length > 0) {
    const [count, first] = [flows.fact.unrecognised.length, flows.fact.unrecognised[0]]
    return problem(
      `${count} flows of ${name} were not understood: ${first}`,
      `${name} 有 ${count} 条流表无法解析：${first}`,
    )
  }
  return flows.ok ? fact(flows.fact) : flows
}
const noBridge = (name: string) => problem(`no bridge ${name} on this host`, `主机上没有网桥 ${name}`)

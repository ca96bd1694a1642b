import { derived, fact, maybe, type Parsed } from '../core/probe.ts'
import { agentConfigs } from '../probes/agents/config.ts'
import { openflow } from '../probes/ovs/openflow.ts'

/** Whether this host's agent does distributed routing: its bridges have a table more on the way then. */
export const distributed = derived({
  id: 'distributed-routing',
  needs: { configs: maybe(agentConfigs), states: openflow },
  derive({ configs, states }): Parsed<boolean> {
    const config = configs.ok ? configs.fact['neutron-openvswitch-agent'] : undefined
    const options = config?.ok ? [...config.fact.options] : []
    const said = options.find(([name]) => /^agent\/enable_distributed_routing$/i.test(name))
    if (said) return fact(/^true$/i.test(said[1].value))
    // DVR_NOT_LEARN of br-tun and DVR_NOT_LEARN_PHYSICAL of a provider bridge, which nothing else fills.
    const hasTable = (table: number) =>
      [...states.values()].some(({ flows }) => flows.ok && flows.fact.flows.some((f) => f.table === table))
    return fact(hasTable(1) && hasTable(9))
  },
})

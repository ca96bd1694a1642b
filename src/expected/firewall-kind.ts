import { derived, fact, maybe, type Parsed } from '../core/probe.ts'
import { agentConfigs } from '../probes/agents/config.ts'
import { driverKind, type Firewall } from '../probes/wiring/firewall.ts'
import { integrationFlows } from '../probes/wiring/flows.ts'

/** What filters the ports of a host, by its configuration, else by the tables that the openvswitch driver fills. */
export const firewallKind = derived({
  id: 'firewall-kind',
  needs: { flows: integrationFlows, configs: maybe(agentConfigs) },
  derive({ flows, configs }): Parsed<Pick<Firewall, 'kind'>> {
    const config = configs.ok ? configs.fact['neutron-openvswitch-agent'] : undefined
    const driver = config?.ok ? config.fact.options.get('securitygroup/firewall_driver') : undefined
    if (driver) return fact({ kind: driverKind(driver.value) })
    const filled = flows.flows.some((f) => f.table === 71)
    return fact({ kind: filled ? 'flows' : 'not known' })
  },
})

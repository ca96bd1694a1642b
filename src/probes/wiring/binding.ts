import type { Evidence } from '../../core/answer.ts'
import { derived, fact, type Parsed, problem } from '../../core/probe.ts'
import { type ApiAgent, type ApiAgents, apiAgents } from '../api/agents.ts'
import { apiPort } from '../api/port.ts'

/** How ML2 has bound the VM's port, and the Open vSwitch agent that it would have bound it by. */
export interface Binding {
  /** `binding:vif_type` is `binding_failed`. */
  readonly failed: boolean
  readonly vifType: Evidence
  /** `binding:host_id`. */
  readonly host: string
  /** Absent where Neutron knows none of exactly this host's name. */
  readonly agent?: ApiAgent
  readonly agents: ApiAgents
}

export const binding = derived({
  id: 'binding',
  needs: { port: apiPort, agents: apiAgents },
  derive({ port, agents }, { subject }): Parsed<Binding> {
    if (port.vifType === undefined)
      return problem('binding:vif_type is only shown to an administrator', 'binding:vif_type 只有管理员能看到')
    if (subject.compute === undefined) return problem('the port is on no host', '端口不在任何主机上')
    const listed = agents.get(subject.compute) ?? problem('was not asked', '没有采集')
    if (!listed.ok) return listed
    const agent = listed.fact.agents.find(isSwitchAgent)
    return fact({
      failed: port.vifType === 'binding_failed',
      vifType: port.cite('binding:vif_type'),
      host: subject.compute,
      agents: listed.fact,
      ...(agent ? { agent } : {}),
    })
  },
})

const isSwitchAgent = ({ binary }: ApiAgent) => binary === 'neutron-openvswitch-agent'

import type { Evidence } from '../../core/answer.ts'
import { derived, fact, type Parsed } from '../../core/probe.ts'
import { type AgentState, dhcpAgent, isDown, ovsAgent } from './agent-state.ts'

/** Agents of this host that run and of which Neutron hears nothing. */
export interface SilentAgents {
  readonly agents: readonly AgentState[]
  /** What shows that the others are heard. */
  readonly evidence: readonly Evidence[]
}

/** An agent reports some seconds after its start at the earliest. Unit: seconds. */
const STARTING = 10

export const silentAgents = derived({
  id: 'silent-agents',
  needs: { ovs: ovsAgent, dhcp: dhcpAgent },
  derive({ ovs, dhcp }): Parsed<SilentAgents> {
    const isSilent = (agent: AgentState) =>
      agent.api?.alive === false && !isDown(agent) && (agent.process?.age ?? 0) > STARTING
    return fact({ agents: [ovs, dhcp].filter(isSilent), evidence: ovs.evidence })
  },
})

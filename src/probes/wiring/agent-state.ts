import { type Evidence, without } from '../../core/answer.ts'
import { derived, fact, maybe, type Parsed } from '../../core/probe.ts'
import { type AgentBinary, agentProcess, usualUnits } from '../agents/agent.ts'
import { type ApiAgent, apiAgents } from '../api/agents.ts'
import { type Process, processes } from '../host/processes.ts'
import { type Unit, units } from '../host/units.ts'

/** An agent as its host and Neutron's server see it. */
export interface AgentState {
  readonly binary: AgentBinary
  /** Absent: no such process on the host. */
  readonly process?: Process
  /** The process is there and stopped (SIGSTOP, a debugger): it does nothing. */
  readonly frozen: boolean
  readonly api?: ApiAgent
  /** False where Neutron's list of the host's agents could be read and this one is not in it. */
  readonly expected: boolean
  /** The unit that starts it here. */
  readonly unit: string
  /** What shows that it works, or does not. */
  readonly evidence: readonly Evidence[]
}

const stateOf = (binary: AgentBinary) =>
  derived({
    id: `${binary}-state`,
    needs: { processes, units: maybe(units), agents: maybe(apiAgents) },
    derive({ processes: list, units: known, agents }, { host }): Parsed<AgentState> {
      const process = agentProcess(list, binary)
      const reported = agents.ok ? agents.fact.get(host) : undefined
      const api = reported?.ok ? reported.fact.agents.find((a) => a.binary === binary) : undefined
      const unit = unitOf(binary, known.ok ? known.fact : new Map(), process)
      const state = known.ok ? known.fact.get(unit) : undefined
      return fact({
        binary,
        unit,
        frozen: process?.state.startsWith('T') === true,
        ...(process ? { process } : {}),
        ...(api ? { api } : {}),
        expected: !reported?.ok || api !== undefined,
        evidence: [
          process?.source ?? state?.source ?? without(binary, list.whole),
          // Until its heartbeats are missed, the server believes in an agent that is gone.
          ...(api && (process || !api.alive) ? [api.cite('alive')] : []),
        ],
      })
    },
  })

export const ovsAgent = stateOf('neutron-openvswitch-agent')
export const dhcpAgent = stateOf('neutron-dhcp-agent')

function unitOf(binary: AgentBinary, known: ReadonlyMap<string, Unit>, process: Process | undefined): string {
  if (process?.unit?.endsWith('.service')) return process.unit
  return usualUnits[binary].find((name) => known.has(name)) ?? usualUnits[binary][0] ?? binary
}

export const isDown = (agent: AgentState): boolean => agent.process === undefined || agent.frozen

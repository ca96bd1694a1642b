import type { Answer, Evidence } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { cloudProbe, fact, get, type Parsed, problem } from '../../core/probe.ts'
import { agentsOfHostPath, networkDhcpAgentsPath, switchAgentsPath } from '../../core/paths.ts'
import { isRecord } from '../../core/scan.ts'
import { allHosts, isTunnelled } from '../../core/subject.ts'
import { citeList, flagOf, manyOf, type Resource, textOf } from './body.ts'

/** An agent as Neutron's server sees it. */
export interface ApiAgent {
  readonly id: string
  readonly host: string
  readonly binary: string
  readonly alive: boolean
  readonly adminUp: boolean
  readonly startedAt?: string
  readonly heartbeatAt?: string
  /** Physical network → bridge, as the agent reported it. */
  readonly bridgeMappings: ReadonlyMap<string, string>
  readonly tunnels: TunnelSettings
  readonly cite: (field: string) => Evidence
}
/** How an agent said that it does tunnels. */
export interface TunnelSettings {
  /** `tunneling_ip`; absent where it does none. */
  readonly ip?: string
  readonly types: readonly string[]
  readonly l2Population: boolean
  readonly arpResponder: boolean
}
export interface ApiAgents {
  readonly agents: readonly ApiAgent[]
  /** Cited where an agent is not in the list. */
  readonly whole: Evidence
}

/** The agents of every host on the path. */
export const apiAgents = cloudProbe<ReadonlyMap<string, Parsed<ApiAgents>>>({
  id: 'agents',
  asks: ({ subject }) =>
    subject.fromApi ? allHosts(subject).map((host) => get('network', agentsOfHostPath(host))) : [],
  parse: (answers, { subject }) =>
    fact(new Map(allHosts(subject).map((host, i) => [host, fromAnswer(answers[i], parseAgents)]))),
})

/** The DHCP agents that host the network. */
export const dhcpAgents = cloudProbe<ApiAgents>({
  id: 'dhcp-agents',
  asks: ({ subject }) => (subject.fromApi ? [get('network', networkDhcpAgentsPath(subject.network.id))] : []),
  parse: ([answer]) => fromAnswer(answer, parseAgents),
})

/** Every Open vSwitch agent: any of them can be the other end of a tunnel. */
export const switchAgents = cloudProbe<ApiAgents>({
  id: 'switch-agents',
  asks: ({ subject }) => (subject.fromApi && isTunnelled(subject) ? [get('network', switchAgentsPath())] : []),
  parse: ([answer]) => fromAnswer(answer, parseAgents),
})

function parseAgents(answer: Answer): Parsed<ApiAgents> {
  const list = manyOf(answer, 'agents')
  if (!list.ok) return list
  const agents = list.fact.map(toAgent)
  if (agents.some((a) => a === undefined))
    return problem('an agent without host, binary or alive', 'agent 信息中缺少 host、binary 或 alive')
  return fact({ agents: agents as ApiAgent[], whole: citeList(answer, 'agents') })
}

function toAgent(r: Resource): ApiAgent | undefined {
  const [id, host, binary, alive] = [textOf(r, 'id'), textOf(r, 'host'), textOf(r, 'binary'), flagOf(r, 'alive')]
  if (id === undefined || host === undefined || binary === undefined || alive === undefined) return undefined
  const startedAt = textOf(r, 'started_at')
  const heartbeatAt = textOf(r, 'heartbeat_timestamp')
  return {
    id,
    host,
    binary,
    alive,
    adminUp: flagOf(r, 'admin_state_up') !== false,
    ...(startedAt ? { startedAt } : {}),
    ...(heartbeatAt ? { heartbeatAt } : {}),
    bridgeMappings: mappingsOf(r.body.configurations),
    tunnels: tunnelsOf(isRecord(r.body.configurations) ? r.body.configurations : {}),
    cite: r.cite,
  }
}

const mappingsOf = (configurations: unknown): ReadonlyMap<string, string> => {
  const mappings = isRecord(configurations) ? configurations.bridge_mappings : undefined
  return new Map(isRecord(mappings) ? Object.entries(mappings).map(([k, v]) => [k, String(v)]) : [])
}

function tunnelsOf(configurations: Readonly<Record<string, unknown>>): TunnelSettings {
  const { tunneling_ip: ip, tunnel_types: types, l2_population, arp_responder_enabled } = configurations
  return {
    ...(typeof ip === 'string' && ip !== '' ? { ip: ip.toLowerCase() } : {}),
    types: Array.isArray(types) ? types.map(String) : [],
    l2Population: l2_population === true,
    arpResponder: arp_responder_enabled === true,
  }
}

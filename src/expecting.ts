import type { FlowDifference, FlowReport, HostFlows } from './core/flow-report.ts'
import { without } from './core/answer.ts'
import type { Say } from './core/lang.ts'
import type { AnyNeed, FactOf, Parsed } from './core/probe.ts'
import { allHosts } from './core/subject.ts'
import type { Transport } from './core/transport.ts'
import { type Resolution, resolveSubject } from './cloud/resolve.ts'
import { collect } from './engine/collect.ts'
import type { Compared } from './expected/compare.ts'
import { type ExpectedFlows, expectedFlows } from './expected/expected.ts'
import type { Stranger } from './expected/foreign.ts'
import { NEWEST, OLDEST } from './expected/release.ts'
import { flowText, headText } from './expected/row.ts'
import type { Flow } from './openflow/flow.ts'
import { openflow, versionOf } from './probes/ovs/openflow.ts'
import { ovsdb } from './probes/ovs/ovsdb.ts'
import { ovsAgent } from './probes/wiring/agent-state.ts'
import { outOfScope, scopeNeeds } from './scope.ts'

export type Expectation =
  | { readonly kind: 'flows'; readonly report: FlowReport }
  | Exclude<Resolution, { kind: 'subject' }>

const needs: readonly AnyNeed[] = [expectedFlows, openflow, ovsAgent, ...Object.values(scopeNeeds)]

/** Which flows a VM needs on each of its hosts, and which of them are there. */
export async function expectFlows(vm: string, transport: Transport): Promise<Expectation> {
  const resolution = await resolveSubject(vm, transport)
  if (resolution.kind !== 'subject') return resolution
  const { subject } = resolution
  const facts = await collect(subject, needs, transport)
  const read = <N extends AnyNeed>(need: N, host: string) => facts.read(need, host) as Parsed<FactOf<N>>
  const foreign = outOfScope(subject, read)
  const hosts = allHosts(subject).map((host) =>
    foreign ? unknownFlows(host, foreign) : hostFlows(host, (need) => read(need, host)),
  )
  return { kind: 'flows', report: { name: subject.name, hosts } }
}

type Read = <N extends AnyNeed>(need: N) => Parsed<FactOf<N>>

function hostFlows(host: string, read: Read): HostFlows {
  const [expected, agent] = [read(expectedFlows), read(ovsAgent)]
  const unit = agent.ok ? agent.fact.unit : 'neutron-openvswitch-agent'
  if (!expected.ok) return unknownFlows(host, expected.problem)
  const { release, compared, foreign, unknown, notes } = expected.fact
  const ofctl = (bridge: string) => ofctlFor(bridge, read)
  return {
    ...{ host, unit, unknown, notes, release: { from: release.from, to: release.to } },
    present: compared.flatMap(({ kind, row }) =>
      kind === 'present' ? [{ bridge: row.bridge, expected: flowText(row.form), why: row.why }] : [],
    ),
    differences: [
      ...compared.flatMap((each) => difference(each, expected.fact, ofctl) ?? []),
      ...foreign.map((each) => strange(each, ofctl)),
    ],
  }
}

const unknownFlows = (host: string, why: Say): HostFlows => ({
  ...{ host, unit: 'neutron-openvswitch-agent', release: { from: OLDEST, to: NEWEST } },
  ...{ present: [], differences: [], unknown: [why], notes: [] },
})

/** A bridge that does not speak OpenFlow 1.0 has to be spoken to in what it does. */
function ofctlFor(bridge: string, read: Read): readonly string[] {
  const db = read(ovsdb)
  const protocols = db.ok ? (db.fact.bridges.find(({ name }) => name === bridge)?.protocols ?? []) : []
  return ['ovs-ofctl', ...versionOf(protocols)]
}

function difference(
  compared: Compared,
  { cookies, dumps }: ExpectedFlows,
  ofctl: (bridge: string) => readonly string[],
): FlowDifference | undefined {
  const { row } = compared
  const [expected, { bridge, why }] = [flowText(row.form), row]
  if (compared.kind === 'wrong')
    return {
      ...{ kind: 'wrong', bridge, expected, why, because: compared.flow.source },
      command: [...ofctl(bridge), '--strict', 'mod-flows', bridge, expected],
    }
  const dump = dumps.get(bridge)
  if (compared.kind === 'present' || !dump) return undefined
  const cookie = cookies.get(bridge)
  return {
    ...{ kind: 'missing', bridge, expected, why, because: without(headText(row.form), dump) },
    command: [...ofctl(bridge), 'add-flow', bridge, cookie === undefined ? expected : `cookie=${cookie},${expected}`],
  }
}

const strange = ({ bridge, flow }: Stranger, ofctl: (bridge: string) => readonly string[]): FlowDifference => ({
  ...{ kind: 'foreign', bridge, because: flow.source },
  command: [...ofctl(bridge), '--strict', 'del-flows', bridge, headOf(flow)],
})

const headOf = (flow: Flow) =>
  headText({
    table: flow.table,
    priority: flow.priority,
    match: [...flow.match].map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join(','),
  })

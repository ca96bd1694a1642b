import type { Evidence } from '../core/answer.ts'
import { type Say, say } from '../core/lang.ts'
import { derived, fact, type FactOf, maybe, type Parsed } from '../core/probe.ts'
import { groupBy } from '../core/scan.ts'
import { isTunnelled } from '../core/subject.ts'
import { openflow } from '../probes/ovs/openflow.ts'
import { agentCookie } from '../probes/wiring/translation.ts'
import { type Compared, compareRows } from './compare.ts'
import { type Stranger, strangers } from './foreign.ts'
import { pipelineRows } from './pipeline.ts'
import { portRows } from './port.ts'
import { providerRows } from './provider.ts'
import { agentRelease, type Release } from './release.ts'
import type { Row } from './row.ts'
import { ruleRows } from './rules.ts'
import { trustedRows } from './trusted.ts'
import { tunnelRows } from './tunnel.ts'

/** The flows that a VM needs on one host, beside those that are there. */
export interface ExpectedFlows {
  readonly release: Release
  readonly compared: readonly Compared[]
  readonly foreign: readonly Stranger[]
  /** Flows that could not be computed or compared, and why. */
  readonly unknown: readonly Say[]
  /** What is left to the agent: flows with numbers that it draws. */
  readonly notes: readonly Say[]
  /** The agent's own cookie on each bridge, so that it takes a flow typed by hand for its own. */
  readonly cookies: ReadonlyMap<string, string>
  /** First line of each bridge's dump: cited where a flow is not in it. */
  readonly dumps: ReadonlyMap<string, Evidence>
}

export const expectedFlows = derived({
  id: 'expected-flows',
  needs: {
    ...{ states: openflow, release: agentRelease, pipeline: maybe(pipelineRows), provider: maybe(providerRows) },
    ...{ tunnel: maybe(tunnelRows), port: maybe(portRows), rules: maybe(ruleRows), trusted: maybe(trustedRows) },
    foreign: maybe(strangers),
  },
  derive(facts, { subject, host }): Parsed<ExpectedFlows> {
    const { states, release, rules, foreign } = facts
    const ofPort = [facts.port, rules.ok ? fact(rules.fact.rows) : rules]
    const parts: readonly Parsed<readonly Row[]>[] = [
      ...[facts.pipeline, isTunnelled(subject) ? facts.tunnel : facts.provider, facts.trusted],
      ...(host === subject.compute ? ofPort : []),
    ]
    const rows = groupBy(
      parts.flatMap((part) => (part.ok ? part.fact : [])),
      (row) => row.bridge,
    )
    const read = [...rows].map(([bridge, of]) => comparedIn(bridge, of, states))
    const compared = read.flatMap((part) => (part.ok ? part.fact : []))
    // One that was typed by hand in the agent's place is judged by what it does.
    const known = new Set(compared.flatMap((each) => (each.kind === 'missing' ? [] : [each.flow])))
    return fact({
      release,
      compared,
      foreign: (foreign.ok ? foreign.fact : []).filter(({ flow }) => !known.has(flow)),
      unknown: distinct([...parts, ...read, foreign].flatMap((part) => (part.ok ? [] : [part.problem]))),
      notes: rules.ok && rules.fact.withGroups > 0 ? [groupNote(rules.fact.withGroups)] : [],
      cookies: new Map([...states].flatMap(([bridge, { flows }]) => cookieOf(bridge, flows))),
      dumps: new Map(
        [...states].flatMap(([bridge, { flows }]) => (flows.ok ? [[bridge, flows.fact.whole] as const] : [])),
      ),
    })
  },
})

type States = FactOf<typeof openflow>
type Flows =
  States extends ReadonlyMap<string, infer State extends { readonly flows: unknown }> ? State['flows'] : never

function comparedIn(bridge: string, rows: readonly Row[], states: States): Parsed<readonly Compared[]> {
  const state = states.get(bridge)
  if (!state) return { ok: false, problem: say(`there is no bridge ${bridge}`, `没有网桥 ${bridge}`) }
  if (!state.flows.ok) return state.flows
  return fact(compareRows(rows, state.flows.fact))
}

function cookieOf(bridge: string, flows: Flows): readonly (readonly [string, string])[] {
  const own = flows.ok ? agentCookie(flows.fact) : undefined
  return own === undefined ? [] : [[bridge, own]]
}

const distinct = (all: readonly Say[]) => [...new Map(all.map((each) => [each.en, each])).values()]

const groupNote = (count: number) =>
  say(
    `${count} security group rules name a group: the numbers of their flows are the agent's own, so that they are not compared.`,
    `有 ${count} 条安全组规则引用了安全组或地址组：对应流表中的编号由 agent 自行分配，未做比对。`,
  )

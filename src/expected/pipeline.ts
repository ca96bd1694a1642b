import { say } from '../core/lang.ts'
import { derived, fact, maybe, type Parsed, problem } from '../core/probe.ts'
import { nextTables } from '../openflow/fate.ts'
import type { FlowTable } from '../openflow/flow.ts'
import { neutronBridges } from '../probes/ovs/bridges.ts'
import { firewallKind } from './firewall-kind.ts'
import { integrationFlows } from '../probes/wiring/flows.ts'
import { agentRelease, shownRelease, type Span, writes } from './release.ts'
import type { Form, Row } from './row.ts'

/** The tables of br-int that every packet goes through (native/br_int.py, openvswitch_firewall/firewall.py). */

const why = say('No packet gets through the tables of br-int without it.', '缺了它，报文走不完 br-int 的各张表。')

/** The table to which table 0 hands on; it has another number from release to release. */
export const nextTable = derived({
  id: 'next-table',
  needs: { flows: integrationFlows, release: shownRelease },
  derive({ flows, release }): Parsed<number> {
    const next = handedOn(flows, 0) ?? (release.to < 20 ? TRANSIENT : limitTable(flows))
    return next === undefined
      ? problem('the table that follows table 0 is not known', '不知道 table 0 之后是哪张表')
      : fact(next)
  },
})

const TRANSIENT = 60
/** Where PACKET_RATE_LIMIT is, by the release of neutron-lib. */
const LIMITS = [58, 59]

const handedOn = ({ flows }: FlowTable, table: number) => {
  const all = flows.find((f) => f.table === table && f.priority === 0 && f.match.size === 0)
  return all && nextTables(all)[0]
}
const limitTable = (flows: FlowTable) => LIMITS.find((table) => handedOn(flows, table) !== undefined)

export const pipelineRows = derived({
  id: 'expected-pipeline',
  needs: { bridges: neutronBridges, next: nextTable, release: agentRelease, firewall: maybe(firewallKind) },
  derive({ bridges, next, release, firewall }): Parsed<readonly Row[]> {
    const filters = firewall.ok && firewall.fact.kind === 'flows'
    return fact(pipelineForms(release, next, filters).map((row) => ({ bridge: bridges.integration, why, ...row })))
  },
})

type Shape = Pick<Row, 'form' | 'or'>

/** `filters`: the firewall driver is openvswitch. */
export const pipelineForms = (release: Span, next: number, filters: boolean): readonly Shape[] => [
  ...base(release, next),
  ...(filters ? firewallForms : []).map((form) => ({ form })),
]

function base(release: Span, next: number): readonly Shape[] {
  const since = (major: number, ...forms: readonly Form[]): readonly Shape[] =>
    writes(release, major) === 'always' ? forms.map((form) => ({ form })) : []
  const normal = (priority: number) => all(TRANSIENT, 'NORMAL', priority)
  return [
    { form: all(0, to(next)) },
    { form: all(23, 'drop') },
    { form: all(24, 'drop') },
    ...since(20, dead, all(30, to(next)), all(31, to(next))),
    ...limits(release, next),
    // Turned from 3 into 1 in 25.0, and in minor releases of 22 to 24.
    release.from >= 25 ? { form: normal(1), or: [normal(3)] } : { form: normal(3), or: [normal(1)] },
    ...since(16, all(62, 'NORMAL', 3)),
  ]
}

/** From 20 on one table stands between 0 and 60, from 26 on two: 58 and 59, in the numbers of later neutron-lib. */
function limits({ from, to: last }: Span, next: number): readonly Shape[] {
  if (next !== 58) return next === TRANSIENT ? [] : [{ form: all(next, to(TRANSIENT)) }]
  const [one, two] = [all(58, to(TRANSIENT)), all(58, to(59))]
  if (last < 26) return [{ form: one }]
  return from < 26 ? [{ form: one, or: [two] }] : [{ form: two }, { form: all(59, to(TRANSIENT)) }]
}

const all = (table: number, actions: string, priority = 0): Form => ({ table, priority, match: '', actions })
const to = (table: number) => `resubmit(,${table})`
const dead: Form = { table: 0, priority: 65535, match: 'dl_vlan=4095', actions: 'drop' }

const firewallForms: readonly Form[] = [
  { table: 71, priority: 110, match: 'ct_state=+trk', actions: 'ct_clear,resubmit(,71)' },
  ...[71, 72, 73, 81, 82, 92, 93].map((table) => all(table, 'drop')),
  all(91, 'resubmit(,94)', 1),
  all(94, 'NORMAL', 1),
]

import { groupBy } from '../core/scan.ts'
import { effectsOf, matchKey } from '../openflow/sameness.ts'
import { type Flow, type FlowTable, parseFlow } from '../openflow/flow.ts'
import { flowText, type Form, type Row } from './row.ts'

/** What became of a flow that should be there. */
export type Compared =
  | { readonly kind: 'present'; readonly row: Row; readonly flow: Flow }
  | { readonly kind: 'missing'; readonly row: Row }
  /** The same match does something else. */
  | { readonly kind: 'wrong'; readonly row: Row; readonly flow: Flow }

/** Looks for each row of one bridge in its table. Rows that are the same are compared once. */
export function compareRows(rows: readonly Row[], table: FlowTable): readonly Compared[] {
  const flows = groupBy(table.flows, (flow) => `${flow.table} ${flow.priority}`)
  const distinct = new Map(rows.map((row) => [flowText(row.form), row]))
  return [...distinct.values()].map((row) => compareRow(row, flows))
}

type ByPlace = ReadonlyMap<string, readonly Flow[]>

function compareRow(row: Row, flows: ByPlace): Compared {
  const found = [row.form, ...(row.or ?? [])].flatMap((form) =>
    sameMatches(form, flows).map((flow) => ({ flow, form })),
  )
  const right = found.find(({ flow, form }) => doesSame(flow, form, row.enough))
  if (right) return { kind: 'present', row, flow: right.flow }
  const [wrong] = found
  return wrong ? { kind: 'wrong', row, flow: wrong.flow } : { kind: 'missing', row }
}

function sameMatches(form: Form, flows: ByPlace): readonly Flow[] {
  const wanted = matchKey(flowOf(form))
  return (flows.get(`${form.table} ${form.priority}`) ?? []).filter((flow) => matchKey(flow) === wanted)
}

function doesSame(flow: Flow, form: Form, enough: string | undefined): boolean {
  const effectsFor = (actions: string) => effectsOf(flowOf({ ...form, actions }).program)
  const [has, wants] = [effectsOf(flow.program), effectsFor(form.actions)]
  if (enough !== undefined) return effectsFor(enough).every((effect) => has.includes(effect))
  return has.length === wants.length && has.every((effect, i) => effect === wants[i])
}

function flowOf(form: Form): Flow {
  const flow = parseFlow(flowText(form), { host: '', command: '' })
  if (!flow) throw new Error(`not a flow: ${flowText(form)}`)
  return flow
}

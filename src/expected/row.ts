import type { FlowTable } from '../openflow/flow.ts'
import { agentCookie } from '../probes/wiring/translation.ts'
import type { Say } from '../core/lang.ts'

/** A flow as Neutron's agent writes it, in the words of `ovs-ofctl add-flow` (OpenFlow 1.0, which every release takes). */
export interface Form {
  readonly table: number
  readonly priority: number
  /** '' matches everything. */
  readonly match: string
  readonly actions: string
}

export const flow = (table: number, priority: number, match: string, actions: string): Form => ({
  table,
  priority,
  match,
  actions,
})

/** A flow that should be there. */
export interface Row {
  readonly bridge: string
  readonly form: Form
  /** Other shapes that releases which cannot be told apart have given it. */
  readonly or?: readonly Form[]
  /** Actions that suffice among those of a flow that is there: a flood entry serves all hosts, and the VM needs some. */
  readonly enough?: string
  /** What would not work without it. */
  readonly why: Say
}

/** As a person types it behind `ovs-ofctl add-flow BRIDGE`. */
export const flowText = ({ table, priority, match, actions }: Form): string =>
  `${headText({ table, priority, match })},actions=${actions}`

/** The part by which `ovs-ofctl --strict` finds it. */
export const headText = ({ table, priority, match }: Omit<Form, 'actions'>): string =>
  [`table=${table}`, `priority=${priority}`, ...(match === '' ? [] : [match])].join(',')

/** With the cookie of the agent's own flows there, so that it takes the flow for its own. */
export function ownFlow(form: Form, table: FlowTable): string {
  const cookie = agentCookie(table)
  return cookie === undefined ? flowText(form) : `cookie=${cookie},${flowText(form)}`
}

import type { Flow } from './flow.ts'

/** What becomes of a packet that a flow takes, as far as this flow alone decides. */
export type Fate = 'dropped' | 'redirected' | 'goes on'

/** Actions that hand the packet to the rest of the pipeline, or to a switch that decides by MAC. */
const goesOn =
  /^(?:NORMAL|FLOOD|ALL|resubmit\(|goto_table:|ct\(.*table=|recirc|group:|bundle|multipath|clone\(|conjunction\()/
const sendsOut = /^(?:output[:(]|enqueue|controller|local$|in_port$)/i

export function fateOf({ actions }: Pick<Flow, 'actions'>): Fate {
  if (actions.every((a) => a === 'drop' || a === 'clear_actions')) return 'dropped'
  if (actions.some((a) => goesOn.test(a))) return 'goes on'
  return actions.some((a) => sendsOut.test(a)) ? 'redirected' : 'goes on'
}

/** The tables that a flow sends its packets on to. */
export const nextTables = ({ actions }: Pick<Flow, 'actions'>): readonly number[] =>
  actions.flatMap((a) => {
    const table = /^(?:resubmit\([^,]*,(\d{1,3})|goto_table:(\d{1,3}))/.exec(a)
    return table ? [Number(table[1] ?? table[2])] : []
  })

/** The ports that a flow outputs to, by number or by name. */
export const outputs = ({ actions }: Pick<Flow, 'actions'>): readonly string[] =>
  actions.flatMap((a) => /^output:"?([^"]+)"?$/.exec(a)?.[1] ?? [])

/** What a flow writes into a register: `load:0x3->NXM_NX_REG5[]` in OpenFlow 1.0, `set_field:0x3->reg5` later. */
export function loaded({ actions }: Pick<Flow, 'actions'>, register: number): number | undefined {
  for (const action of actions) {
    const set = /^(?:load:(0x[0-9a-f]{1,8})->NXM_NX_REG(\d+)\[\]|set_field:(0x[0-9a-f]{1,8})->reg(\d+))$/.exec(action)
    if (set && Number(set[2] ?? set[4]) === register) return Number(set[1] ?? set[3])
  }
  return undefined
}

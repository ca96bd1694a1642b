import type { Bridge, Switch } from '../bridge.ts'
import type { Flow } from '../flow.ts'
import type { Packet } from '../packet.ts'
import type { Step, Why } from './step.ts'
import { type Trace, trace, type TraceOptions } from './trace.ts'

/** What drops a packet. `flow`: the one that decided it; absent where a table had none. */
export interface Block {
  readonly bridge: string
  readonly table: number
  readonly flow?: Flow
  readonly why: Why
  readonly about: string
}

const MOST = 8

/** What drops the packet, and then what would drop it if the flow that decided it were not there, and so on. */
export function blockers(
  bridges: Switch,
  bridge: Bridge,
  packet: Packet,
  first: Trace,
  options: TraceOptions,
): readonly Block[] {
  const found: Block[] = []
  const without = new Set<Flow>(options.without)
  let current: Trace | undefined = first
  while (current?.outcome === 'dropped' && found.length < MOST) {
    const way = wayToTheEnd(current.steps, options.via)
    const again = (flow: Flow) => trace(bridges, bridge, packet, { ...options, without: new Set([...without, flow]) })
    const next = decisive(bridges, way, again)
    const block = next?.block ?? way.at(-1)
    if (!block || found.some((known) => known.flow === block.flow && known.table === block.table)) break
    found.push(block)
    if (next?.block.flow) without.add(next.block.flow)
    current = next?.onward
  }
  return found
}

/** The tables on the way to where the packet ended last, on the bridge that it should have crossed if it came there. */
function wayToTheEnd(steps: readonly Step[], via?: string): readonly Block[] {
  const ways = waysToEnds(steps, [])
  const there =
    via === undefined ? undefined : (ways.findLast((way) => way.at(-1)?.bridge === via) ?? crossing(steps, via))
  return there ?? ways.at(-1) ?? []
}

/** Where a bridge sent the packet out, and by no port that leads on. */
function crossing(steps: readonly Step[], via: string): readonly Block[] | undefined {
  for (const step of steps.toReversed()) {
    const deeper = 'steps' in step ? crossing(step.steps, via) : undefined
    if (deeper) return deeper
    if (step.kind === 'table' && step.bridge === via) return [{ ...placeOf(step), why: 'no-way-on', about: '' }]
  }
  return undefined
}

/** Every way to an end, each table with why the packet ended there. */
function waysToEnds(steps: readonly Step[], above: readonly Block[]): readonly (readonly Block[])[] {
  return steps.flatMap((step): readonly (readonly Block[])[] => {
    if (step.kind === 'end') return [above.map((block) => ({ ...block, why: step.why, about: step.about }))]
    if (!('steps' in step)) return []
    const here = step.kind === 'table' ? [...above, { ...placeOf(step), why: 'flow-drops' as const, about: '' }] : above
    return waysToEnds(step.steps, here)
  })
}

const placeOf = ({ bridge, table, flow }: Step & { kind: 'table' }) => ({ bridge, table, ...(flow ? { flow } : {}) })

interface Decisive {
  readonly block: Block
  /** What happens without it; nothing where the table only has its last drop then. */
  readonly onward?: Trace
}

/**
 * The flow that drops, if another is there in its place; or the one that sent the packet into a table where everything
 * ends, such as 93 of Neutron's firewall. Else the last drop of a table, in which a flow for the packet is missing.
 */
function decisive(bridges: Switch, way: readonly Block[], again: (flow: Flow) => Trace): Decisive | undefined {
  const [last, before] = way.toReversed()
  if (last?.why !== 'flow-drops') return undefined
  for (const block of isDropTable(bridges, last) ? [last, before] : [last]) {
    const onward = block?.flow && again(block.flow)
    const other = onward && instead(onward.steps, block)
    if (block && other) return isLastDrop(other) ? { block } : { block, onward }
  }
  return { block: last }
}

const isDropTable = (bridges: Switch, { bridge, table }: Block): boolean =>
  bridges.get(bridge)?.flows.tables.get(table)?.flows.length === 1

const isLastDrop = (flow: Flow) => flow.priority === 0 && flow.actions[0] === 'drop'

/** The flow that is met in the same table now. */
function instead(steps: readonly Step[], { bridge, table }: Pick<Block, 'bridge' | 'table'>): Flow | undefined {
  for (const step of steps) {
    if (step.kind === 'table' && step.bridge === bridge && step.table === table) return step.flow
    const deeper = 'steps' in step ? instead(step.steps, { bridge, table }) : undefined
    if (deeper) return deeper
  }
  return undefined
}

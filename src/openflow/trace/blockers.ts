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
    const way = wayToTheEnd(current.steps)
    const again = (flow: Flow) => trace(bridges, bridge, packet, { ...options, without: new Set([...without, flow]) })
    const next = decisive(way, again)
    const block = next?.block ?? way.at(-1)
    if (!block || found.some((known) => known.flow === block.flow && known.table === block.table)) break
    found.push(block)
    if (next?.block.flow) without.add(next.block.flow)
    current = next?.onward
  }
  return found
}

/** The tables on the way to where the packet ended last, each with why it did. */
function wayToTheEnd(steps: readonly Step[], above: readonly Block[] = []): readonly Block[] {
  let way: readonly Block[] = above
  for (const step of steps) {
    if (step.kind === 'end' && above.length > 0) way = above.map((b) => ({ ...b, why: step.why, about: step.about }))
    if (!('steps' in step)) continue
    const here = step.kind === 'table' ? [...above, { ...placeOf(step), why: 'flow-drops' as const, about: '' }] : above
    const deeper = wayToTheEnd(step.steps, here)
    if (deeper.length > 0) way = deeper
  }
  return way
}

const placeOf = ({ bridge, table, flow }: Step & { kind: 'table' }) => ({ bridge, table, ...(flow ? { flow } : {}) })

interface Decisive {
  readonly block: Block
  /** What happens without it; nothing where the table only has its last drop then. */
  readonly onward?: Trace
}

/** The deepest flow on the way in whose place there is another. */
function decisive(way: readonly Block[], again: (flow: Flow) => Trace): Decisive | undefined {
  if (way.at(-1)?.why !== 'flow-drops') return undefined
  for (const block of way.toReversed()) {
    const onward = block.flow && again(block.flow)
    const other = onward && instead(onward.steps, block)
    if (other) return isLastDrop(other) ? { block } : { block, onward }
  }
  return undefined
}

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

import type { Bridge, Switch } from '../bridge.ts'
import { at } from '../fields.ts'
import type { Flow } from '../flow.ts'
import { RESERVED_PORTS } from '../ports.ts'
import { copyOf, type Packet } from '../packet.ts'
import { CT_STATES } from '../values.ts'
import { executeActionSet, writeActions } from './action-set.ts'
import { mirrorIngress } from './mirror.ts'
import { enterBridge, tunnelDestination } from './output.ts'
import { doubt, type Forked, type Run, START, type State } from './state.ts'
import type { Granted, Output, Step } from './step.ts'
import { enterTable } from './translate.ts'

/** What connection tracking is taken to say: `trk` and these. */
export type Connection = readonly (keyof typeof CT_STATES)[]

export interface TraceOptions {
  /** For each `ct` in turn; after the last, and by default: a new connection. */
  readonly connections?: readonly Connection[]
  /** Flows that are taken to be gone. */
  readonly without?: ReadonlySet<Flow>
  /** Which outputs count as delivery. Default: all. */
  readonly counts?: (output: Output) => boolean
  /** The bridge over which the packet should go: where copies end in several, what blocks is looked for there. */
  readonly via?: string
}

export interface Trace {
  readonly outcome: 'delivered' | 'dropped' | 'inconclusive'
  readonly outputs: readonly Output[]
  /** Whether all that it met was understood. */
  readonly sure: boolean
  /** Whether it went to the controller as well. */
  readonly controller: boolean
  /** What was taken for granted: one for each `ct`. */
  readonly assumed: readonly { readonly zone: number; readonly state: string }[]
  /** Meters that are taken not to drop it, and connections that are taken not to be translated. */
  readonly granted: readonly Granted[]
  readonly steps: readonly Step[]
}

/** Follows a packet that comes into a bridge by its `in_port`, over all patch ports, until it leaves or ends. */
export function trace(bridges: Switch, bridge: Bridge, packet: Packet, options: TraceOptions = {}): Trace {
  const run: Run = {
    bridges,
    outputs: [],
    forked: [],
    granted: [],
    controller: false,
    doubtful: false,
    ...(options.without ? { without: options.without } : {}),
  }
  const steps: Step[] = []
  const state = begin(run, bridge, packet, steps)
  if (bridge.flows.unrecognised.length > 0) doubt(state, 'unread-flows', bridge.flows.unrecognised[0])
  translate(state, () => enterBridge(state))
  const assumed = resume(run, options.connections ?? [])
  const counts = options.counts ?? (() => true)
  const arrived = run.outputs.some(counts)
  const outcome = run.doubtful ? 'inconclusive' : arrived ? 'delivered' : elsewhere(run)
  return {
    outcome,
    sure: !run.doubtful,
    outputs: run.outputs,
    controller: run.controller,
    assumed,
    granted: run.granted,
    steps,
  }
}

/** What the controller does with it, no table says: it may answer DHCP, or write a log of what was dropped. */
const elsewhere = (run: Run): Trace['outcome'] => (run.controller ? 'inconclusive' : 'dropped')

function begin(run: Run, bridge: Bridge, packet: Packet, steps: Step[]): State {
  const own = copyOf(packet)
  own[at.actsetOutput] = RESERVED_PORTS['UNSET'] ?? 0
  return {
    run,
    bridge,
    packet: own,
    table: 0,
    ...START,
    stack: [],
    actionSet: [],
    actionSetHasGroup: false,
    conntracked: ((packet[at.ctState] ?? 0) & CT_STATES.trk) !== 0,
    arrivedAt: tunnelDestination(packet),
    mirrored: NO_MIRROR,
    exit: false,
    failed: false,
    steps,
  }
}

const NO_MIRROR: ReadonlySet<string> = new Set()

const NEW: Connection = ['new']

/** The tracked copies, in the order in which they were made. */
function resume(run: Run, connections: readonly Connection[]): Trace['assumed'] {
  const assumed: { zone: number; state: string }[] = []
  for (let i = 0; i < run.forked.length; i++) {
    const forked = run.forked[i] as Forked
    const connection: Connection = ['trk', ...(connections[i] ?? NEW)]
    forked.step.state = connection.join(',')
    assumed.push({ zone: forked.step.zone, state: forked.step.state })
    translate(forked.state, () => thaw(forked, connection))
  }
  return assumed
}

function thaw({ state, step: { zone, table } }: Forked, connection: Connection): void {
  const set = state.actionSet
  state.packet[at.ctState] = connection.reduce((bits, name) => bits | CT_STATES[name], 0)
  state.packet[at.ctZone] = zone
  state.packet[at.actsetOutput] = RESERVED_PORTS['UNSET'] ?? 0
  state.actionSet = []
  state.actionSetHasGroup = false
  writeActions(state, set)
  state.table = table
  if (state.bridge.mirrors.length > 0) mirrorIngress(state)
  enterTable(state, table)
  executeActionSet(state)
}

/** A translation that fails sends nothing, whatever it had sent by then. */
function translate(state: State, does: () => void): void {
  const { outputs, forked, controller } = state.run
  const [sent, waiting] = [outputs.length, forked.length]
  does()
  if (!state.failed) return
  state.run.controller = controller
  outputs.length = sent
  forked.length = waiting
}

import type { Action } from '../actions/action.ts'
import type { Bridge, Switch } from '../bridge.ts'
import type { Flow } from '../flow.ts'
import type { Packet } from '../packet.ts'
import type { Doubt, Granted, Output, Step, Why } from './step.ts'

/** One `ct` that went on in a table, waiting for its turn: Open vSwitch recirculates the packet. */
export interface Forked {
  readonly state: State
  readonly step: Step & { kind: 'conntrack' }
}

/** What the whole trace shares. */
export interface Run {
  readonly bridges: Switch
  /** Flows that are taken to be gone. */
  readonly without?: ReadonlySet<Flow>
  readonly outputs: Output[]
  readonly forked: Forked[]
  /** What is taken to let the packet pass as it is. */
  readonly granted: Granted[]
  controller: boolean
  doubtful: boolean
}

/** Where a translation is: Open vSwitch's `xlate_ctx`. */
export interface State {
  readonly run: Run
  bridge: Bridge
  packet: Packet
  table: number
  depth: number
  resubmits: number
  stack: bigint[]
  actionSet: Action[]
  actionSetHasGroup: boolean
  conntracked: boolean
  /** The address at which the tunnel ends by which the packet came; '' for none. No packet is sent there again. */
  readonly arrivedAt: string
  mirrored: ReadonlySet<string>
  /** Set by `exit`. */
  exit: boolean
  /** Set by what stops a whole translation. */
  failed: boolean
  steps: Step[]
}

/** The first lookup is no resubmit: it counts for none of the limits. */
export const START = { depth: -1, resubmits: -1 } as const

export const end = (state: State, why: Why, about = ''): void => void state.steps.push({ kind: 'end', why, about })

export function doubt(state: State, reason: Doubt, about = ''): void {
  state.run.doubtful = true
  state.steps.push({ kind: 'doubt', doubt: reason, about })
}

/** Once for each: a loop meets the same again. */
export function grant(state: State, why: Granted['why'], about: string): void {
  const { granted } = state.run
  if (!granted.some((known) => known.why === why && known.about === about)) granted.push({ why, about })
}

/** Does something whose steps go one level deeper. */
export function inside(state: State, steps: Step[], does: () => void): void {
  const outer = state.steps
  state.steps = steps
  does()
  state.steps = outer
}

/**
 * What a bridge does with a packet, action by action, as ofproto/ofproto-dpif-xlate.c of Open vSwitch does it.
 * Held to it by test/oracle.
 */

import type { Action } from '../actions/action.ts'
import type { Found } from '../classifier.ts'
import { at } from '../fields.ts'
import type { Flow } from '../flow.ts'
import { RESERVED_PORTS } from '../ports.ts'
import { copyOf, isIp, type Packet, readBits, readNumber, writeBits } from '../packet.ts'
import { executeActionSet, writeActions } from './action-set.ts'
import { clearConntrack, track } from './conntrack.ts'
import { executeGroup } from './group.ts'
import { meterText } from '../meters.ts'
import { normal } from './normal.ts'
import { flood, outputTo } from './output.ts'
import { copyBits, decrementTtl, popVlan, pushVlan, setField, setVlan, swapTuple } from './rewrite.ts'
import { doubt, end, grant, inside, type State } from './state.ts'
import type { Step, Why } from './step.ts'

/** Open vSwitch's own limits. */
const MAX_DEPTH = 64
const MAX_RESUBMITS = 4096

/** Looks a packet up in a table and does what the flow says. */
export function enterTable(
  state: State,
  table: number,
  port = state.packet[at.inPort] ?? 0,
  seen: (packet: Packet) => void = asItIs,
): void {
  if (!withinLimits(state)) return
  const before = state.table
  state.table = table
  seen(state.packet)
  const found = lookup(state, table, port)
  seen(state.packet)
  const step: Step & { kind: 'table' } = tableStep(state, table, found?.flow)
  state.steps.push(step)
  const deeper = table <= before ? 1 : 0
  state.resubmits++
  state.depth += deeper
  inside(state, step.steps, () => {
    if (found) follow(state, found)
    else end(state, dropsFragment(state) ? 'fragments-dropped' : 'no-flow')
  })
  state.depth -= deeper
  state.table = before
}

const asItIs = (): void => undefined

/** A packet that is looked up and then not let in: Open vSwitch asks the table before the port. */
export function refuse(state: State, why: Why, about: string): void {
  const step = tableStep(state, 0, lookup(state, 0, state.packet[at.inPort] ?? 0)?.flow)
  state.steps.push(step)
  inside(state, step.steps, () => end(state, why, about))
}

const tableStep = (state: State, table: number, flow: Flow | undefined): Step & { kind: 'table' } =>
  flow
    ? { kind: 'table', bridge: state.bridge.name, table, flow, steps: [] }
    : { kind: 'table', bridge: state.bridge.name, table, steps: [] }

function withinLimits(state: State): boolean {
  if (state.depth >= MAX_DEPTH) end(state, 'too-deep')
  else if (state.resubmits >= MAX_RESUBMITS) end(state, 'too-many-resubmits')
  else return true
  state.failed = true
  return false
}

function lookup(state: State, number: number, port: number): Found | undefined {
  const table = state.bridge.flows.tables.get(number)
  if (!table || dropsFragment(state)) return undefined
  const { packet } = state
  const [ownPort, source, destination] = [packet[at.inPort] ?? 0, packet[at.tpSrc] ?? 0, packet[at.tpDst] ?? 0]
  packet[at.inPort] = port
  // A fragment is matched as if its ports could not be seen, also the first, which has them.
  if (packet[at.nwFrag] && state.bridge.fragments === 'normal') {
    packet[at.tpSrc] = 0
    packet[at.tpDst] = 0
  }
  const found = table.lookup(packet, state.run.without)
  packet[at.inPort] = ownPort
  packet[at.tpSrc] = source
  packet[at.tpDst] = destination
  return found
}

const dropsFragment = ({ packet, bridge }: State): boolean => packet[at.nwFrag] !== 0 && bridge.fragments === 'drop'

function follow(state: State, { flow, rival }: Found): void {
  if (flow.unknown.length > 0) doubt(state, 'unknown-match', flow.unknown.join(','))
  if (rival && rival.program !== flow.program) doubt(state, 'equal-priority', rival.text)
  const { program } = flow
  if (program.length === 0 || (program.length === 1 && program[0]?.text === 'drop')) end(state, 'flow-drops')
  else execute(state, program)
}

/** Does a list of actions. */
export function execute(state: State, actions: readonly Action[]): void {
  for (let i = 0; i < actions.length; i++) {
    if (state.failed || state.exit) return
    const action = actions[i] as Action
    if (action.kind === 'larger') return splitBySize(state, action, actions.slice(i + 1))
    if (!perform(state, action)) return
  }
}

/** False where the rest of the list is not done. */
function perform(state: State, action: Action): boolean {
  switch (action.kind) {
    case 'output':
      output(state, action.port)
      return true
    case 'output-field':
      outputToField(state, action)
      return true
    case 'output-truncated':
      outputTruncated(state, action.port)
      return true
    case 'controller':
      state.run.controller = true
      state.steps.push({ kind: 'controller', bridge: state.bridge.name })
      return true
    case 'group':
      return !withinLimits(state) || executeGroup(state, action.id)
    case 'set':
      setField(state, action)
      return true
    case 'move':
      copyBits(state, action.from, action.to)
      return true
    case 'set-vlan':
      setVlan(state.packet, action)
      return true
    case 'push-vlan':
      pushVlan(state.packet, action.ethertype)
      return true
    case 'pop-vlan':
      popVlan(state.packet)
      return true
    case 'dec-ttl':
      return decrementTtl(state)
    case 'resubmit':
      resubmit(state, action)
      return true
    case 'goto':
      enterTable(state, action.table)
      return true
    case 'push':
      state.stack.push(readBits(state.packet, action.part))
      return true
    case 'pop':
      popStack(state, action)
      return true
    case 'ct':
      track(state, action)
      return true
    case 'ct-clear':
      if (state.conntracked) clearConntrack(state)
      return true
    case 'write':
      writeActions(state, action.actions)
      return true
    case 'clear':
      writeActions(state, undefined)
      return true
    case 'clone':
      clone(state, () => execute(state, action.actions))
      return true
    case 'exit':
      state.exit = true
      return true
    case 'conjunction':
      end(state, 'conjunction-executed')
      return true
    case 'unknown':
      doubt(state, 'unknown-action', action.text)
      return true
    case 'meter':
      grant(state, 'meter', meterText(action.id, state.bridge.meters))
      return true
    case 'nothing':
    case 'larger':
      return true
  }
}

function output(state: State, port: number): void {
  const own = state.packet[at.inPort] ?? 0
  switch (port) {
    case RESERVED_PORTS['IN_PORT']:
      return outputTo(state, own)
    case RESERVED_PORTS['TABLE']:
      return enterTable(state, 0)
    case RESERVED_PORTS['NORMAL']:
      return normal(state)
    case RESERVED_PORTS['FLOOD']:
      return flood(state, false)
    case RESERVED_PORTS['ALL']:
      return flood(state, true)
    case RESERVED_PORTS['NONE']:
      return
    case RESERVED_PORTS['CONTROLLER']:
      state.run.controller = true
      state.steps.push({ kind: 'controller', bridge: state.bridge.name })
      return
    default:
      return port === own ? end(state, 'output-to-input-port', nameOf(state, port)) : outputTo(state, port)
  }
}

const nameOf = (state: State, port: number) => state.bridge.ports.get(port)?.name ?? String(port)

function outputToField(state: State, { from }: Action & { kind: 'output-field' }): void {
  const port = readNumber(state.packet, from)
  if (port <= 0xffff) output(state, port)
  else end(state, 'output-port-out-of-range', String(port))
}

function outputTruncated(state: State, port: number): void {
  const to = port === RESERVED_PORTS['IN_PORT'] ? (state.packet[at.inPort] ?? 0) : port
  if (to === state.packet[at.inPort] && port !== RESERVED_PORTS['IN_PORT'])
    return end(state, 'output-to-input-port', nameOf(state, to))
  if (!state.bridge.ports.has(to) || state.bridge.ports.get(to)?.peer) return end(state, 'truncated-to-patch')
  outputTo(state, to)
}

function resubmit(state: State, { port, table, original }: Action & { kind: 'resubmit' }): void {
  const to = table ?? state.table
  if (!original) return enterTable(state, to, port)
  if (state.packet[at.ctNwProto] === 0 || !isIp(state.packet)) return end(state, 'resubmit-needs-tracked')
  enterTable(state, to, port, swapTuple)
}

function popStack(state: State, { part }: Extract<Action, { kind: 'push' | 'pop' }>): void {
  const value = state.stack.pop()
  if (value === undefined) end(state, 'stack-underflow')
  else writeBits(state.packet, part, value)
}

/** Does something with a copy of the packet, whose stack and action set are its own. */
export function clone(state: State, does: () => void): void {
  const { packet, stack, actionSet, actionSetHasGroup } = state
  state.packet = copyOf(packet)
  state.stack = [...stack]
  state.actionSet = [...actionSet]
  does()
  executeActionSet(state)
  Object.assign(state, { packet, stack, actionSet, actionSetHasGroup })
}

/** `check_pkt_larger`: the length is not known, so both ways are followed. */
function splitBySize(state: State, { to, bytes }: Action & { kind: 'larger' }, rest: readonly Action[]): void {
  const exit = state.exit
  for (const larger of [true, false]) {
    const step: Step = { kind: 'larger', bytes, larger, steps: [] }
    state.steps.push(step)
    state.exit = false
    inside(state, step.steps, () =>
      clone(state, () => {
        writeBits(state.packet, to, larger ? 1n : 0n)
        execute(state, rest)
      }),
    )
  }
  state.exit = exit
}

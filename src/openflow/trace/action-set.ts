/** OpenFlow 1.5.1, 5.6 "Action Set": done when the pipeline has ended. */

import type { Action } from '../actions/action.ts'
import { at } from '../fields.ts'
import { RESERVED_PORTS } from '../ports.ts'
import { inside, type State } from './state.ts'
import type { Step } from './step.ts'
import { execute } from './translate.ts'

/** Adds to the action set; without actions it is emptied. */
export function writeActions(state: State, actions: readonly Action[] | undefined): void {
  const unset = RESERVED_PORTS['UNSET'] ?? 0
  if (!actions) {
    state.actionSet = []
    state.packet[at.actsetOutput] = unset
    state.actionSetHasGroup = false
    return
  }
  for (const action of state.actionSetHasGroup ? [] : actions) {
    if (action.kind === 'output') state.packet[at.actsetOutput] = action.port
    else if (action.kind === 'group') {
      state.packet[at.actsetOutput] = unset
      state.actionSetHasGroup = true
      break
    }
  }
  state.actionSet.push(...actions)
}

/** Only the last of each of these counts. In the order in which they are done. */
const ONCE: readonly Action['kind'][] = ['pop-vlan', 'push-vlan', 'dec-ttl']
/** Only the last of these counts, and without one of them nothing is done. Each beats those before it. */
const FINAL: readonly Action['kind'][] = ['ct', 'ct-clear', 'resubmit', 'output', 'group']
const REWRITES: readonly Action['kind'][] = ['set', 'move', 'set-vlan']

/** The order in which a set of actions is done, whatever the order in which they were written. */
export function ordered(set: readonly Action[]): readonly Action[] {
  let final: Action | undefined
  for (const action of set) {
    const rank = FINAL.indexOf(kindOf(action))
    if (rank >= 0 && rank >= (final ? FINAL.indexOf(kindOf(final)) : 0)) final = action
  }
  if (!final) return set.filter((action) => action.kind === 'unknown')
  const once = ONCE.flatMap((kind) => set.findLast((action) => action.kind === kind) ?? [])
  const rewrites = set.filter((action) => REWRITES.includes(action.kind) || action.kind === 'unknown')
  return [...once, ...rewrites, final]
}
// In Open vSwitch the controller is one of the ports that are output to.
const kindOf = (action: Action) => (action.kind === 'controller' ? 'output' : action.kind)

export function executeActionSet(state: State): void {
  const actions = ordered(state.actionSet)
  state.actionSet = []
  if (actions.length === 0 || state.failed) return
  const step: Step = { kind: 'action-set', steps: [] }
  state.steps.push(step)
  inside(state, step.steps, () => execute(state, actions))
}

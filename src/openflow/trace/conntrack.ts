import type { Action } from '../actions/action.ts'
import { at } from '../fields.ts'
import { copyOf, isIpv4, isIpv6, readNumber } from '../packet.ts'
import { tunnelDestination } from './output.ts'
import { grant, inside, START, type State } from './state.ts'
import type { Step } from './step.ts'
import { execute } from './translate.ts'

/**
 * `ct`: a copy of the packet goes on, tracked, in the table that is named; the packet itself goes on untracked.
 * Open vSwitch lets the copy wait until all else is done (recirculation); so do we.
 */
export function track(state: State, action: Action & { kind: 'ct' }): void {
  const zone = typeof action.zone === 'number' ? action.zone : readNumber(state.packet, action.zone)
  if (action.keepsNat) grant(state, 'nat', `ct_zone=${zone}`)
  inside(state, [], () => execute(state, action.nested))
  if (action.table !== undefined) fork(state, zone, action.table)
  clearConntrack(state)
}

function fork(state: State, zone: number, table: number): void {
  const step: Step & { kind: 'conntrack' } = { kind: 'conntrack', zone, table, state: '', steps: [] }
  state.steps.push(step)
  state.run.forked.push({
    step,
    state: {
      ...state,
      packet: copyOf(state.packet),
      arrivedAt: tunnelDestination(state.packet),
      stack: [...state.stack],
      actionSet: [...state.actionSet],
      conntracked: true,
      ...START,
      exit: false,
      failed: false,
      steps: step.steps,
    },
  })
}

const CT_WORDS = [at.ctState, at.ctZone, at.ctMark, at.ctNwProto, at.ctTpSrc, at.ctTpDst] as const

export function clearConntrack(state: State): void {
  const { packet } = state
  state.conntracked = false
  for (const word of CT_WORDS) packet[word] = 0
  packet.fill(0, at.ctLabel, at.ctLabel + 4)
  if (isIpv4(packet)) packet.fill(0, at.ctNwSrc, at.ctNwDst + 1)
  else if (isIpv6(packet)) packet.fill(0, at.ctIpv6Src, at.ctIpv6Dst + 4)
}

/** A trace as plain data, for a report. */

import type { Blocker, Ending, Traced, TracedFlow, TracedOutput, TracedStep } from '../../core/traced.ts'
import type { Flow } from '../flow.ts'
import type { Packet } from '../packet.ts'
import { printPacket } from '../packet-text.ts'
import type { Block } from './blockers.ts'
import type { Output, Step } from './step.ts'
import type { Trace } from './trace.ts'

export function tell(trace: Trace, packet: Packet, blocks: readonly Block[], host?: string): Traced {
  const at = host === undefined ? {} : { host }
  return {
    outcome: trace.outcome,
    packet: printPacket(packet),
    outputs: trace.outputs.map((output) => ({ ...at, ...tellOutput(output) })),
    steps: tellSteps(trace.steps, 0).map((step) => ({ ...at, ...step })),
    assumed: [
      ...trace.assumed.map(({ zone, state }) => ({ why: 'connection', about: `ct_state=${state} ct_zone=${zone}` })),
      ...trace.granted,
      ...doubtsOf(trace.steps),
      ...(trace.controller ? [{ why: 'controller', about: '' }] : []),
    ],
    blockers: blocks.map((block) => ({ ...at, ...tellBlock(block) })),
  }
}

export const tellOutput = ({ bridge, port, ofport, packet, tunnel }: Output): TracedOutput => ({
  bridge,
  port,
  ofport,
  packet: printPacket(packet),
  ...(tunnel ? { tunnel: { ...tunnel, id: tunnel.id.toString() } } : {}),
})

function tellSteps(steps: readonly Step[], depth: number): readonly TracedStep[] {
  return steps.flatMap((step): readonly TracedStep[] => {
    if (step.kind === 'table')
      return [{ ...tellFlow(step), depth, ended: endingsOf(step.steps) }, ...tellSteps(step.steps, depth + 1)]
    return 'steps' in step ? tellSteps(step.steps, depth) : []
  })
}

function tellFlow({ bridge, table, flow }: { bridge: string; table: number; flow?: Flow }): TracedFlow {
  if (!flow) return { bridge, table }
  return {
    bridge,
    table,
    priority: flow.priority,
    cookie: flow.cookie,
    match: [...flow.match].map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join(','),
    actions: flow.actions.join(','),
    flow: flow.text,
  }
}

const tellBlock = (block: Block): Blocker => ({ ...tellFlow(block), why: block.why, about: block.about })

/** What ended in this table itself, not in one that it went on to. */
function endingsOf(steps: readonly Step[]): readonly Ending[] {
  return steps.flatMap((step): readonly Ending[] => {
    if (step.kind === 'end') return [{ why: step.why, about: step.about }]
    if (step.kind === 'doubt') return [{ why: step.doubt, about: step.about }]
    return 'steps' in step && step.kind !== 'table' ? endingsOf(step.steps) : []
  })
}

function doubtsOf(steps: readonly Step[]): readonly Ending[] {
  return steps.flatMap((step): readonly Ending[] => {
    if (step.kind === 'doubt') return [{ why: step.doubt, about: step.about }]
    return 'steps' in step ? doubtsOf(step.steps) : []
  })
}

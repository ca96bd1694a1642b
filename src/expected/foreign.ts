import { derived, fact, maybe, type Parsed } from '../core/probe.ts'
import type { Flow } from '../openflow/flow.ts'
import { matches } from '../openflow/partial-match.ts'
import { reservedCookies } from '../probes/agents/reserved-cookies.ts'
import { conversations, type Spoken } from '../probes/wiring/conversation.ts'
import { farFlows } from '../probes/wiring/flows.ts'
import { foreignFlows, isOwnOf } from '../probes/wiring/foreign.ts'
import { patchPair } from '../probes/wiring/patch-pair.ts'

/** A flow that is not the agent's, and takes or may take a packet of this VM. */
export interface Stranger {
  readonly bridge: string
  readonly flow: Flow
}

export const strangers = derived({
  id: 'strangers',
  needs: {
    foreign: foreignFlows,
    pair: patchPair,
    far: farFlows,
    spoken: conversations,
    cookies: maybe(reservedCookies),
  },
  derive({ foreign, pair, far, spoken, cookies }): Parsed<readonly Stranger[]> {
    const near = [...new Set(foreign.hits.map(({ flow }) => flow))]
    const mark = far.flows.find((f) => f.table === 0 && f.priority <= 1 && f.match.size === 0)
    const reserved = cookies.ok ? cookies.fact.find((c) => c.bridge === pair.farName) : undefined
    // Without the agent's own catch-all nobody can say which cookie is its own.
    const strange = mark ? far.flows.filter((f) => !isOwnOf(f, { mark, reserved })) : []
    return fact([
      ...near.map((flow) => ({ bridge: pair.integration.name, flow })),
      ...strange.filter((flow) => mayTake(flow, spoken)).map((flow) => ({ bridge: pair.farName, flow })),
    ])
  },
})

/** Behind br-int the port and the VLAN are others; what is the VM's own in a packet stays. */
const mayTake = (flow: Flow, spoken: readonly Spoken[]) =>
  spoken.some(({ packet: { fields } }) => matches(flow, { fields }) !== 'no')

import fc from 'fast-check'
import { flowsOf, groupsOf } from './random/flows.ts'
import type { Focus } from './random/focus.ts'
import { packets, type RandomPacket } from './random/packets.ts'
import { learned, portsOf } from './random/ports.ts'
import type { Bridge, FdbEntry, World } from './world.ts'

export { type Focus, focuses } from './random/focus.ts'
export type { RandomPacket } from './random/packets.ts'

/** A network and what is sent into it. */
export interface Case {
  readonly world: World
  readonly packets: readonly RandomPacket[]
}

export function cases(focus: Focus, count = 20): fc.Arbitrary<Case> {
  return worlds(focus).chain((world) =>
    fc
      .array(packets(focus, world.bridges), { minLength: Math.min(count, 5), maxLength: count, size: 'max' })
      .map((some) => ({ world, packets: some })),
  )
}

export function worlds(focus: Focus): fc.Arbitrary<World> {
  const bridges = Array.from({ length: focus.bridges }, (_, index) => bridgeOf(focus, index))
  return fc.tuple(...bridges).map((made) => ({
    bridges: made.map(([bridge]) => bridge),
    fdb: made.flatMap(([, fdb]) => fdb),
  }))
}

function bridgeOf(focus: Focus, index: number): fc.Arbitrary<readonly [Bridge, readonly FdbEntry[]]> {
  const name = `sw${index}`
  return portsOf(index, focus).chain((ports) => {
    // With conntrack a way back to an earlier bridge may be a recirculation without end, in which a trace hangs.
    const forward = 'ct' in focus.actions && index > 0
    const targets = forward ? ports.filter((port) => !port.peer) : ports
    const place = { focus, ports, targets, forward }
    return fc
      .tuple(flowsOf(place), groupsOf(place), focus.switching ? learned(name, ports) : fc.constant([]))
      .map(([flows, groups, fdb]) => [{ name, ports, flows, groups }, fdb] as const)
  })
}

import type { Blocker, Ending, Traced } from '../core/traced.ts'
import { tell } from '../openflow/trace/tell.ts'
import type { Gone } from './way.ts'

/** One answer of all hosts and of iptables: it counts whether the packet came where it was bound. */
export function tellWay(
  { outcome, leaving, passages, arrived, arriving, unread }: Gone,
  about: { readonly assumed: readonly Ending[]; readonly fromWire: boolean },
): Traced {
  const told = passages.map(({ entry, packet, result, blocks }) => tell(result, packet, blocks, entry.host))
  const hosts = [...(about.fromWire ? ['…'] : []), ...passages.map((passage) => passage.entry.host)]
  const crossed = hosts.length > 1 ? [{ why: 'physical-network', about: hosts.join(' → ') }] : []
  // What iptables dropped did not get to br-int: what would come next is told among the blockers.
  const met = leaving?.outcome === 'dropped' ? [] : told
  return {
    outcome,
    packet: told[0]?.packet ?? '',
    outputs: met.flatMap((each) => each.outputs),
    steps: [...(leaving?.steps ?? []), ...met.flatMap((each) => each.steps), ...(arriving?.steps ?? [])],
    assumed: [
      ...about.assumed,
      ...(outcome === 'inconclusive' ? unread.map((bridge) => ({ why: 'bridge-unread', about: bridge })) : []),
      ...(leaving?.assumed ?? []),
      ...(leaving?.outcome === 'dropped' ? [] : crossed),
      ...met.flatMap((each) => each.assumed),
      ...(arriving?.assumed ?? []),
    ],
    blockers: [
      ...(leaving?.blockers ?? []),
      // Where it has arrived, what drops its copies elsewhere is as it should be.
      ...(arrived || outcome === 'delivered' ? [] : told.flatMap((each): readonly Blocker[] => each.blockers)),
      ...(arriving?.blockers ?? []),
    ],
  }
}

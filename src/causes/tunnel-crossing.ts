import type { Evidence } from '../core/answer.ts'
import { answerTo, type AsTheVm, type Passage, type Trip } from '../core/experiment.ts'

/** What became, between two hosts, of the tunnelled DHCP conversation that was begun as the VM. */
export interface TunnelCrossing {
  readonly server: string
  readonly is: 'crosses' | 'request lost' | 'reply lost' | 'unknown'
  /** Frames that left on the stretch where they are lost. */
  readonly left: number
  readonly because: readonly Evidence[]
}

/** A frame that is lost by chance proves nothing. */
const ENOUGH = 2

/** One for each DHCP server on another host, by what was captured on the NICs of both. */
export const tunnelCrossings = ({ trips }: AsTheVm, host: string): readonly TunnelCrossing[] =>
  trips
    .filter((trip) => trip.conversation === 'dhcp' && trip.direction === 'request')
    .flatMap((trip) =>
      trip.server === undefined || trip.server === host
        ? []
        : [crossingOf(trip, answerTo(trip, trips), { host, server: trip.server })],
    )

function crossingOf(
  request: Trip,
  reply: Trip | undefined,
  { host, server }: { readonly host: string; readonly server: string },
): TunnelCrossing {
  const there = { left: nicOf(request, host), came: nicOf(request, server) }
  const back = { left: nicOf(reply, server), came: nicOf(reply, host) }
  const because = [there, back].flatMap(({ left, came }) => [...(left?.because ?? []), ...(came?.because ?? [])])
  if (isLost(there)) return { server, is: 'request lost', left: there.left?.count ?? 0, because }
  if (isLost(back)) return { server, is: 'reply lost', left: back.left?.count ?? 0, because }
  const crosses = there.came?.state === 'seen' && (back.left?.state !== 'seen' || back.came?.state === 'seen')
  return { server, is: crosses ? 'crosses' : 'unknown', left: 0, because }
}

const isLost = ({ left, came }: { readonly left: Passage | undefined; readonly came: Passage | undefined }): boolean =>
  left?.state === 'seen' && left.count >= ENOUGH && came?.state === 'not seen'

const nicOf = (trip: Trip | undefined, host: string) =>
  trip?.passages.find((p) => p.station === 'NIC' && p.host === host)

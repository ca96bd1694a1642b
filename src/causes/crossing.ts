import type { Evidence } from '../core/answer.ts'
import type { AsTheVm, Passage, Trip } from '../core/experiment.ts'

/** What became, between the hosts, of the DHCP requests that were sent as the VM. */
export type Crossing =
  | { readonly is: 'crosses'; readonly because: readonly Evidence[] }
  | {
      readonly is: 'lost'
      /** Frames that left. */
      readonly left: number
      /** Hosts whose NIC none came in on. */
      readonly servers: readonly string[]
      /** Something of the VLAN comes in on the VM's host: its gateway has answered. */
      readonly answered: boolean
      readonly because: readonly Evidence[]
    }

/** A frame that is lost by chance proves nothing. */
const ENOUGH = 2

/** Nothing where it is not the same with every server, or where a capture could not tell. */
export function crossingOf({ trips }: AsTheVm, host: string, vlan: number | undefined): Crossing | undefined {
  const requests = trips.filter((t) => t.conversation === 'dhcp' && t.direction === 'request' && t.server !== host)
  const ways = requests.map((trip) => ({ trip, left: nicOf(trip, host), came: nicOf(trip, trip.server ?? '') }))
  const because = ways.flatMap(({ left, came }) => [...(left?.because ?? []), ...(came?.because ?? [])])
  if (ways.length === 0 || !ways.every(({ left }) => isTagged(left, vlan))) return undefined
  if (ways.every(({ came, trip }) => isTagged(came, vlan) && isAnswered(trip, trips, host)))
    return { is: 'crosses', because }
  const enough = ways.every(({ left }) => (left?.count ?? 0) >= ENOUGH)
  if (!enough || !ways.every(({ came }) => came?.state === 'not seen')) return undefined
  return {
    is: 'lost',
    because,
    left: Math.max(...ways.map(({ left }) => left?.count ?? 0)),
    servers: ways.flatMap(({ trip }) => trip.server ?? []),
    answered: trips.some((t) => t.conversation === 'arp' && t.direction === 'reply' && isTagged(nicOf(t, host), vlan)),
  }
}

const nicOf = (trip: Trip, host: string) => trip.passages.find((p) => p.station === 'NIC' && p.host === host)
const isTagged = (passage: Passage | undefined, vlan: number | undefined) =>
  passage?.state === 'seen' && passage.first?.vlan === vlan

/** Its answer came in on the VM's host, or has not been sent at all. */
function isAnswered(request: Trip, trips: readonly Trip[], host: string): boolean {
  const reply = trips.find((t) => t.conversation === 'dhcp' && t.direction === 'reply' && t.server === request.server)
  const sent = reply && nicOf(reply, request.server ?? '')
  return !reply || sent?.state !== 'seen' || nicOf(reply, host)?.state === 'seen'
}

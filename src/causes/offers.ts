import type { Evidence } from '../core/answer.ts'
import type { DhcpEvent } from '../probes/dhcp/dnsmasq-log.ts'

/** What a guest makes of the offers that its DHCP server has logged. */

/** A request that follows an offer: who has not heard it asks anew. */
export function takenUp(events: readonly DhcpEvent[]): readonly Evidence[] | undefined {
  const last = events.findLast((e) => e.kind === 'OFFER')
  const after = last && events.slice(events.indexOf(last) + 1)
  const request = after?.find((e) => e.kind === 'REQUEST')
  const again = after?.some((e) => e.kind === 'DISCOVER')
  return last && request && again !== true ? [last.source, request.source] : undefined
}

/** Offers after which it asked anew, twice at least: it takes none, by chance or not. */
export function leftLying(events: readonly DhcpEvent[]): readonly Evidence[] | undefined {
  const since = events.slice(events.findLastIndex(({ kind }) => kind === 'REQUEST') + 1)
  const first = since.findIndex(({ kind }) => kind === 'OFFER')
  const after = first < 0 ? [] : since.slice(first)
  const [asked, offers] = (['DISCOVER', 'OFFER'] as const).map((kind) => after.filter((e) => e.kind === kind))
  const [offer, again] = [offers?.[0], asked?.[1]]
  return offer && again ? [offer.source, again.source] : undefined
}

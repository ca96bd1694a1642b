import type { Evidence } from '../core/answer.ts'
import type { Parsed } from '../core/probe.ts'
import type { DhcpEvent } from '../probes/dhcp/dnsmasq-log.ts'
import type { Wire } from '../probes/wiring/heard.ts'

/** Counters of Open vSwitch lag behind the wire by its revalidation time, and two hosts are not asked at one instant. Seconds. */
const LAG = 5
/** A MAC table forgets after this (ovs-vswitchd.conf.db(5), `mac-aging-time`). Seconds. */
const MEMORY = 300
/** One that is lost by chance proves nothing. */
const ENOUGH = 2

/** A DHCP server, as its host remembers what it did. */
interface Server {
  readonly wire: Parsed<Wire>
  readonly log: Parsed<readonly DhcpEvent[]> | undefined
  readonly now: Parsed<{ readonly now: number }> | undefined
  readonly macs: readonly string[]
}
export type Replies =
  /** The guest has taken up an offer. */
  | { readonly is: 'heard'; readonly because: readonly Evidence[] }
  /** They left, and no frame of the server came in on the VM's host, while others of the VLAN did. */
  | {
      readonly is: 'unheard'
      readonly count: number
      /** Of the last one. Seconds. */
      readonly age: number
      readonly because: readonly Evidence[]
    }
  | { readonly is: 'unknown' }

export function unheardReplies({ wire, log, now, macs }: Server, here: Wire): Replies {
  if (!wire.ok || log?.ok !== true || now?.ok !== true) return { is: 'unknown' }
  const taken = takenUp(log.fact)
  if (taken) return { is: 'heard', because: taken }
  const heard = freshestOf(macs.map((mac) => here.from(mac)))
  const left = freshestOf(macs.map((mac) => wire.fact.sent(mac)))
  const offers = log.fact
    .filter((e) => e.kind === 'OFFER')
    .map((e) => ({ age: Math.max(0, Math.round((now.fact.now - e.at) / 1000)), source: e.source }))
    .filter((e) => e.age <= MEMORY && e.age + LAG < (heard?.age ?? Number.POSITIVE_INFINITY))
  const last = offers.at(-1)
  if (!last || offers.length < ENOUGH || !left || left.age > last.age + LAG) return { is: 'unknown' }
  if (!here.anybody || here.anybody.age > last.age + LAG) return { is: 'unknown' }
  const because = [last.source, left.source, ...(heard ? [heard.source] : []), here.anybody.source]
  return { is: 'unheard', count: offers.length, age: last.age, because }
}

/** A request that follows an offer: who has not heard it asks anew. */
function takenUp(events: readonly DhcpEvent[]): readonly Evidence[] | undefined {
  const last = events.findLast((e) => e.kind === 'OFFER')
  const after = last && events.slice(events.indexOf(last) + 1)
  const request = after?.find((e) => e.kind === 'REQUEST')
  const again = after?.some((e) => e.kind === 'DISCOVER')
  return last && request && again !== true ? [last.source, request.source] : undefined
}

const freshestOf = <S extends { readonly age: number }>(all: readonly (S | undefined)[]): S | undefined =>
  all.flatMap((s) => s ?? []).toSorted((a, b) => a.age - b.age)[0]

import type { Evidence } from '../core/answer.ts'
import type { Parsed } from '../core/probe.ts'
import type { DhcpEvent } from '../probes/dhcp/dnsmasq-log.ts'
import type { Sighting, Wire } from '../probes/wiring/heard.ts'
import { takenUp } from './offers.ts'

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
  /** The guest has taken up an offer, or one has come to its port. */
  | { readonly is: 'heard'; readonly because: readonly Evidence[] }
  /** They left, and did not come to the VM's host (to its port, where that is counted), while others of the VLAN did. */
  | {
      readonly is: 'unheard'
      readonly at: 'NIC' | 'port'
      readonly count: number
      /** Of the last one. Seconds. */
      readonly age: number
      readonly because: readonly Evidence[]
    }
  | { readonly is: 'unknown' }

/** What has come to the VM's host: by the wire, and by DHCP to its port where the firewall counts that. */
interface Here {
  readonly wire: Wire
  readonly answered: Sighting | undefined
}

export function unheardReplies({ wire, log, now, macs }: Server, here: Here): Replies {
  if (!wire.ok || log?.ok !== true || now?.ok !== true) return { is: 'unknown' }
  const taken = takenUp(log.fact)
  if (taken) return { is: 'heard', because: taken }
  const all = offersIn(log.fact, now.fact.now)
  const last = all.at(-1)
  if (!last) return { is: 'unknown' }
  if (here.answered && here.answered.age <= last.age + LAG)
    return { is: 'heard', because: [last.source, here.answered.source] }
  // Its ARP passes where its DHCP does not: the counter of DHCP at the port knows the one from the other.
  const heard = here.answered ?? freshestOf(macs.map((mac) => here.wire.from(mac)))
  const offers = all.filter((e) => e.age + LAG < (heard?.age ?? Number.POSITIVE_INFINITY))
  const left = freshestOf(macs.map((mac) => wire.fact.sent(mac)))
  const { anybody } = here.wire
  const isLost = offers.length >= ENOUGH && offers.at(-1) === last
  if (!isLost || !left || left.age > last.age + LAG) return { is: 'unknown' }
  if (!anybody || anybody.age > last.age + LAG) return { is: 'unknown' }
  const because = [last.source, left.source, ...(heard ? [heard.source] : []), anybody.source]
  return { is: 'unheard', at: here.answered ? 'port' : 'NIC', count: offers.length, age: last.age, because }
}

const offersIn = (events: readonly DhcpEvent[], now: number) =>
  events
    .filter((e) => e.kind === 'OFFER')
    .map((e) => ({ age: Math.max(0, Math.round((now - e.at) / 1000)), source: e.source }))
    .filter((e) => e.age <= MEMORY)

const freshestOf = <S extends { readonly age: number }>(all: readonly (S | undefined)[]): S | undefined =>
  all.flatMap((s) => s ?? []).toSorted((a, b) => a.age - b.age)[0]

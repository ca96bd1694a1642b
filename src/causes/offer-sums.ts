import type { AsTheVm, Passage, Sums, Trip } from '../core/experiment.ts'
import type { Evidence } from '../core/answer.ts'

/** What the guest gets of one DHCP server's offers, by the UDP checksum. */
export interface Offered {
  readonly server: string
  readonly is: 'good' | 'wrong' | 'unfinished'
  /** Where they were received. */
  readonly host: string
  readonly device: string
  /** Frames with such a sum. */
  readonly count: number
  /** They came in so by the NIC: whatever completes sums on one host has had its turn. */
  readonly wired: boolean
  /** They left the DHCP namespace so; unfinished is what a kernel leaves to the NIC there. */
  readonly born: boolean
  readonly nics: readonly string[]
  /** Of the DHCP port. */
  readonly inside: string | undefined
  readonly because: readonly Evidence[]
}

/** One that is damaged by chance proves nothing. */
const ENOUGH = 2

/** Of every server whose offers could be verified where they are received: next to the guest, or where they came in. */
export const offersTo = ({ trips }: AsTheVm, host: string): readonly Offered[] =>
  trips.flatMap((trip) => {
    const of = trip.conversation === 'dhcp' && trip.direction === 'reply' ? offeredBy(trip, host) : undefined
    return of ? [of] : []
  })

function offeredBy({ server = '', passages }: Trip, host: string): Offered | undefined {
  const at = (station: Passage['station'], where: string) =>
    passages.find((p) => p.station === station && p.host === where)
  const [inside, out] = [at('DHCP namespace', server), at('NIC', server)]
  const wire = server === host ? undefined : at('NIC', host)
  const last = [at('guest port', host), wire].find((p) => p?.sums !== undefined)
  const is = last?.sums && stateOf(last.sums)
  if (!last || !is) return undefined
  return {
    ...{ server, host, is, count: last.sums?.[is] ?? 0, device: last.first?.device ?? '' },
    wired: wire?.sums !== undefined && stateOf(wire.sums) === is,
    born: inside?.sums !== undefined && stateOf(inside.sums) === 'wrong',
    nics: out?.devices ?? [],
    inside: inside?.devices[0],
    because: last.because,
  }
}

/** One good one is enough for the guest. */
function stateOf({ good, wrong, unfinished }: Sums): Offered['is'] | undefined {
  if (good > 0) return 'good'
  if (wrong + unfinished < ENOUGH) return undefined
  return unfinished > 0 ? 'unfinished' : 'wrong'
}

import type { Stranger } from '../../core/strangers.ts'
import type { Design } from './design.ts'
import type { Heard } from './frames.ts'

/** Requests: what happens to one alone may be the moment at which one router takes over from another. */
const ENOUGH = 2

/**
 * Whoever answers for the gateway, where several answer one and the same request. A pair of routers that hands over, or
 * shares the load (VRRP, HSRP, GLBP), gives each request one answer.
 */
export function gatewaysOf<H extends Heard>(
  wire: readonly H[],
  { wanted, gateway }: Design,
  cited: (frames: readonly H[]) => Stranger['because'],
): readonly Stranger[] {
  if (gateway === undefined) return []
  const isOf = (op: number) => (h: Heard) => {
    const arp = h.packet.arp
    const [asker, holder] = op === 1 ? [arp?.senderMac, arp?.targetIp] : [arp?.targetMac, arp?.senderIp]
    return arp?.op === op && asker === wanted.mac && holder === gateway
  }
  const asked = wire
    .filter(isOf(1))
    .map((h) => h.at)
    .toSorted((a, b) => a - b)
  const answers = wire.filter(isOf(2))
  const rounds = asked.map((from, i) => answersTo(answers, from, asked[i + 1] ?? Number.POSITIVE_INFINITY))
  const several = rounds.filter((macs) => macs.size > 1)
  if (several.length < ENOUGH) return []
  return [...new Set(several.flatMap((macs) => [...macs]))].map((mac) => ({
    ...{ is: 'gateway', mac, ip: gateway },
    because: cited(answers.filter((h) => senderOf(h) === mac)),
  }))
}

const answersTo = (answers: readonly Heard[], from: number, to: number): ReadonlySet<string> =>
  new Set(answers.filter((h) => h.at > from && h.at < to).map(senderOf))

const senderOf = ({ packet: { arp } }: Heard): string => arp?.senderMac ?? ''

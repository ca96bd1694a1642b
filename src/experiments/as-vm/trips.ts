import { without } from '../../core/answer.ts'
import type { Passage, Sending, Trip } from '../../core/experiment.ts'
import { type Say, say } from '../../core/lang.ts'
import type { Design } from './design.ts'
import type { Seen } from './frames.ts'
import type { Looks } from './looks.ts'
import type { Place } from './places.ts'
import { roundTripOf } from './round-trip.ts'
import { macsOf, type Route } from './routes.ts'
import { sumsOf } from './sums.ts'

/** Matches what every capture saw into the trips that the frames made. */
export function tripsOf(design: Design, sent: readonly Sending[], looks: Looks): readonly Trip[] {
  const refusals = new Map(sent.map((s) => [s.conversation, s.count === 0 ? s.refused : undefined]))
  return design.routes.map(({ places, ...leg }) => {
    const refused = refusals.get(leg.conversation)
    const known = { design, looks, ...(refused ? { refused } : {}) }
    return { ...leg, passages: withoutContradiction(places.map((place) => passageAt(place, leg, known))) }
  })
}

type Leg = Omit<Route, 'places'>
interface Known {
  readonly design: Design
  readonly looks: Looks
  /** Why nothing could be sent. */
  readonly refused?: Say
}

function passageAt(place: Place, leg: Leg, { design, looks, refused }: Known): Passage {
  const all = place.devices.map(looks)
  const mine = all.flatMap(({ seen, device, whole }) =>
    seen.filter((s) => isOf(s, leg, { place, design })).map((s) => ({ ...s, device: device.name, whole })),
  )
  const about = { station: place.station, host: place.host, devices: place.devices.map((d) => d.name) }
  const [first] = mine.toSorted((a, b) => a.at - b.at)
  if (first) {
    const roundTrip =
      leg.direction === 'request'
        ? roundTripOf(
            mine,
            all.flatMap((l) => l.seen),
            leg,
          )
        : undefined
    const sums = sumsOf(mine, leg)
    return {
      ...about,
      state: 'seen',
      count: mine.length,
      first: { at: first.at, device: first.device, ...(first.vlan === undefined ? {} : { vlan: first.vlan }) },
      because: [{ ...first.whole, value: first.at, line: first.text }],
      ...(roundTrip === undefined ? {} : { roundTrip }),
      ...(sums ? { sums } : {}),
    }
  }
  const why = refused ?? place.blind ?? all.find((l) => l.blind)?.blind ?? place.doubt ?? untold(place, leg, design)
  if (why) return { ...about, state: 'unknown', count: 0, why, because: [] }
  return { ...about, state: 'not seen', count: 0, because: all.map((l) => without(wantedText(leg, design), l.whole)) }
}

/** A leg's frame; of a reply, its server's; of a request in a tunnel, the one that goes to its server. */
function isOf(seen: Seen, leg: Leg, { place, design }: { place: Place; design: Design }): boolean {
  if (seen.conversation !== leg.conversation || seen.direction !== leg.direction) return false
  if (leg.server === undefined) return true
  const macs = macsOf(leg.server, design.about.subject)
  if (leg.direction === 'reply') return macs.size === 0 || macs.has(seen.from)
  const leaves = seen.tunnelTo !== undefined && place.host === design.at.host
  return !leaves || seen.tunnelTo === design.vteps.get(leg.server)
}

function untold(place: Place, leg: Leg, { vteps, at }: Design): Say | undefined {
  const isTunnel = place.devices.some((device) => device.vxlan !== undefined)
  if (!isTunnel || place.host !== at.host || leg.server === undefined || vteps.has(leg.server)) return undefined
  return say(`the tunnel address of ${leg.server} is not known`, `不知道 ${leg.server} 的隧道地址`)
}

const wantedText = ({ conversation, direction }: Leg, { wanted, gateway }: Design): string =>
  conversation === 'dhcp' ? `DHCP ${direction}, xid 0x${wanted.xid}` : `ARP ${direction}, ${wanted.mac} ⇄ ${gateway}`

/** What came to a later place has passed the earlier ones, though a capture there did not see it (hardware offload). */
function withoutContradiction(passages: readonly Passage[]): readonly Passage[] {
  const last = passages.findLastIndex((p) => p.state === 'seen')
  const why = say('it was not seen here, and came to a later place all the same', '这里没有看到，但后面的位置看到了')
  return passages.map((p, i) => (i < last && p.state === 'not seen' ? { ...p, state: 'unknown', why, because: [] } : p))
}

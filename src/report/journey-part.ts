import type { Diagnosis } from '../core/diagnosis.ts'
import type { Hop, HopStatus, Leg } from '../core/hop.ts'
import { elide, pad, widthOf } from './text.ts'
import { labels, marks, stationWords } from './labels.ts'
import { oneLine } from './evidence.ts'
import { type Say, say } from '../core/lang.ts'
import type { Pen } from './pen.ts'

/** One picture of the way: the VM's host on the left, the DHCP server's on the right; request and reply as two marks. */
export function journeyPart(d: Diagnosis, pen: Pen): readonly string[] {
  const pairs = pairsOf(d.journey.map((leg) => withRootsOnly(leg, d)))
  const dhcp = pairs.filter((p) => p.request.conversation === 'dhcp')
  const others = pairs.filter((p) => p.request.conversation !== 'dhcp')
  if (pairs.length === 0) return []
  return [
    ...dhcp.flatMap((pair) => drawn(pair, pen)),
    ...others.map((pair) => lineOf(pair, pen)),
    pen.paint.dim(`  ${pen.tell(labels.legend)}`),
  ]
}

/** At a hop that a cause and its consequences block, the cause is the news. */
function withRootsOnly(leg: Leg, d: Diagnosis): Leg {
  const roots = new Set<string>(d.causes.filter((c) => c.explainedBy.length === 0).map((c) => c.cause.id))
  const rootsOf = (hop: Hop) =>
    hop.causes.some((id) => roots.has(id)) ? hop.causes.filter((id) => roots.has(id)) : hop.causes
  return { ...leg, hops: leg.hops.map((hop) => ({ ...hop, causes: rootsOf(hop) })) }
}

interface Pair {
  readonly request: Leg
  readonly reply: Leg
}

function pairsOf(journey: readonly Leg[]): readonly Pair[] {
  return journey.flatMap((leg, i) => {
    const next = journey[i + 1]
    return leg.direction === 'request' && next?.direction === 'reply' ? [{ request: leg, reply: next }] : []
  })
}

/** The same station on the way there and back. */
interface Station {
  readonly hop: Hop
  readonly there: HopStatus
  readonly back: HopStatus
}

function drawn(pair: Pair, pen: Pen): readonly string[] {
  const stations = stationsOf(pair)
  const wire = stations.findIndex((s) => s.hop.name === 'switch')
  if (wire < 0) return [columnHead(stations[0], pen), ...stations.map((s) => `  ${cell(s, pen, pen.width - 4)}`)]
  const left = stations.slice(0, wire)
  const right = stations.slice(wire + 1).toReversed()
  const half = Math.floor((pen.width - 6) / 2)
  const height = Math.max(left.length, right.length)
  const heads = `  ${pad(pen.paint.bold(left[0]?.hop.host ?? ''), half)}  ${pen.paint.bold(right[0]?.hop.host ?? '')}`
  // Both columns stand on the wire: the guest's top hop is level with dnsmasq's only where they are as many.
  const row = (column: readonly Station[], i: number) => column[i - (height - column.length)]
  const rows = Array.from({ length: height }, (_, i) => {
    const [l, r] = [row(left, i), row(right, i)]
    return `  ${pad(l ? cell(l, pen, half) : '', half)}  ${r ? cell(r, pen, half) : ''}`
  })
  const middle = stations[wire]
  return [heads, ...rows, ...(middle ? [`  ${cell(middle, pen, pen.width - 4)}`] : [])]
}

const columnHead = (s: Station | undefined, pen: Pen) => `  ${pen.paint.bold(s?.hop.host ?? '')}`

function stationsOf({ request, reply }: Pair): readonly Station[] {
  const back = reply.hops.toReversed()
  return request.hops.map((hop, i) => {
    const other = back[i]?.status ?? 'unknown'
    return { hop: other === 'blocked' ? (back[i] ?? hop) : hop, there: hop.status, back: other }
  })
}

function cell({ hop, there, back }: Station, pen: Pen, width: number): string {
  const note =
    hop.causes.length > 0 ? hop.causes.join(', ') : oneLine(hop.missing ? innermost(pen.tell(hop.missing)) : '')
  const name = pen.tell(stationWords[hop.name])
  const room = width - 5 - widthOf(name)
  const shown = room > 8 ? elide(note, room) : ''
  return `${mark(there, pen)}${mark(back, pen)} ${name}  ${pen.paint.dim(shown)}`.trimEnd()
}

/** Without the names of the facts that a missing one was needed for. */
const innermost = (missing: string) => missing.replace(/^(?:[\w-]+(?:: |：))+/, '')

const names: Readonly<Record<Leg['conversation'], Say>> = {
  dhcp: say('DHCP', 'DHCP'),
  arp: say('ARP to the gateway', '到网关的 ARP'),
  icmp: say('Ping to the gateway', 'ping 网关'),
  metadata: say('Way to the metadata service', '到元数据服务的路径'),
}

function lineOf(pair: Pair, pen: Pen): string {
  const stations = stationsOf(pair)
  const last = stations.at(-1)
  const stopped = stations.find((s) => s.there === 'blocked' || s.back === 'blocked')
  const unseen = stations.find((s) => s.there === 'unknown' || s.back === 'unknown')
  const at = stopped ?? unseen ?? last
  const where = at ? placeOf(at.hop, pen) : ''
  const state = stopped
    ? pen.t(`stops at ${where}`, `断在${where}`)
    : unseen
      ? pen.t(`not seen at ${where}`, `${where}：没有证据`)
      : pen.t('passes', '通')
  const sign = mark(stopped ? 'blocked' : unseen ? 'unknown' : 'passed', pen)
  return `  ${sign}  ${pen.tell(names[pair.request.conversation])}${pen.colon}${state}`
}

/** A station, and whose it is where it is a host's. */
function placeOf({ name, host }: Hop, pen: Pen): string {
  const station = pen.tell(stationWords[name])
  return host.includes(' ') ? station : pen.t(`${station} of ${host}`, ` ${host} 的 ${station}`)
}

function mark(status: HopStatus, { paint }: Pen): string {
  const colour = { passed: paint.green, blocked: paint.red, 'not reached': paint.dim, unknown: paint.yellow }[status]
  return colour(marks[status])
}

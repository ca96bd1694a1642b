import { distinct, type Evidence } from '../core/answer.ts'
import type { AnyCause, Stops } from '../core/cause.ts'
import type { Hop, Leg } from '../core/hop.ts'
import { type Say, say } from '../core/lang.ts'
import type { AnyNeed, FactOf, Parsed } from '../core/probe.ts'
import type { Subject } from '../core/subject.ts'
import { stopsPackets, type Verdict } from '../core/verdict.ts'
import { type IntendedLeg, intendedLegs, type Stop } from './path.ts'
import { metadataServer } from './peer.ts'
import { isProven, provenAt } from './proven.ts'
import { dropOf, type TableDrop } from './tables.ts'
import { doubtAt, passedAt } from './traffic.ts'

interface Judged {
  readonly cause: AnyCause
  readonly host: string
  readonly verdict: Verdict<unknown>
}
interface Known {
  readonly subject: Subject
  readonly judgements: readonly Judged[]
  readonly read: <N extends AnyNeed>(need: N, host: string) => Parsed<FactOf<N>>
}

/** How far each packet of each conversation comes, by what the causes found and what traffic shows. */
export const follow = (known: Known): readonly Leg[] =>
  intendedLegs(known.subject, metadataServer(known)?.host).map((leg) => followLeg(leg, known))

function followLeg(leg: IntendedLeg, known: Known): Leg {
  const hops: Hop[] = []
  const drop = dropOf(leg, known)
  for (const stop of leg.stops) {
    const blocked = hops.some((hop) => hop.status === 'blocked' || hop.status === 'not reached')
    hops.push(blocked ? hop(stop, 'not reached') : hopAt(stop, leg, { ...known, drop }))
  }
  return { conversation: leg.conversation, direction: leg.direction, hops }
}

function hopAt(stop: Stop, leg: IntendedLeg, known: Known & { readonly drop: TableDrop | undefined }): Hop {
  const relevant = known.judgements.filter((j) => concerns(j, { stop, leg }, known.subject))
  const blocking = relevant.flatMap((j) =>
    stopsPackets(j.verdict) ? [{ id: j.cause.id, because: j.verdict.because }] : [],
  )
  if (blocking.length > 0)
    return hop(stop, 'blocked', { because: blocking.flatMap((b) => b.because), causes: blocking.map((b) => b.id) })
  const state = relevant.flatMap((j) => (j.verdict.is === 'ruled out' ? j.verdict.because : []))
  const proven = provenAt(stop, leg, known)
  if (proven.length > 0) return hop(stop, 'passed', { because: [...proven, ...state] })
  const suspected = relevant.some((j) => j.verdict.is === 'found' && j.verdict.breaks)
  if (suspected) return hop(stop, 'unknown', { missing: say('only suspected', '只是怀疑') })
  const { drop } = known
  if (drop?.host === stop.host && drop.station === stop.name)
    return hop(stop, 'unknown', { because: [drop.because], missing: dropped(drop) })
  const traffic = passedAt(stop, leg, known)
  if (traffic.length > 0) return hop(stop, 'passed', { because: [...traffic, ...state] })
  // Where something is found, it is what silences the VM: the rest of the way is not to be doubted for that.
  const settled = isProven(leg, known) || known.judgements.some(silences)
  const doubt = settled ? undefined : doubtAt(stop, leg, known)
  if (doubt) return hop(stop, 'unknown', { missing: doubt })
  const unjudged = relevant.flatMap((j) =>
    j.verdict.is === 'unknown' && !j.verdict.quiet ? [j.verdict.missing] : [],
  )[0]
  if (unjudged) return hop(stop, 'unknown', { missing: unjudged })
  return state.length > 0
    ? hop(stop, 'passed', { because: state })
    : hop(stop, 'unknown', { missing: say('nothing was seen of it', '没有看到流量') })
}

/** No cause that is known does this: it is not called broken for that, and never healthy. */
const dropped = ({ station, because }: TableDrop): Say =>
  station === 'guest port'
    ? say(`iptables drops the packet: ${because.line}`, `iptables 会丢弃该报文：${because.line}`)
    : say(`its flow tables drop the packet: ${because.line}`, `流表会丢弃该报文：${because.line}`)

const silences = (j: Judged) => stopsPackets(j.verdict) && stopsOf(j).conversations?.length !== 0

const stopsOf = ({ cause, verdict }: Judged): Stops => ({
  ...cause.stops,
  ...(verdict.is === 'found' ? verdict.stops : undefined),
})

/** A cause of the whole cloud concerns its station wherever that is; one of a host, that host's. */
function concerns(judged: Judged, { stop, leg }: { stop: Stop; leg: IntendedLeg }, subject: Subject): boolean {
  const { cause, host } = judged
  const { station, heading, conversations } = stopsOf(judged)
  if (station !== stop.name) return false
  if (heading !== undefined && heading !== stop.heading) return false
  if (conversations !== undefined && !conversations.includes(foundBy(leg))) return false
  if (cause.acrossHosts || cause.at === 'cloud')
    return cause.stops.station !== 'guest port' || stop.host === (subject.compute ?? '-')
  return host === stop.host
}

/** Who pings the gateway must have found it by ARP; of metadata the same, or what is true of the DHCP server that serves it. */
function foundBy({ conversation, server }: IntendedLeg): Leg['conversation'] {
  if (conversation === 'icmp') return 'arp'
  if (conversation === 'metadata') return server === undefined ? 'arp' : 'dhcp'
  return conversation
}

function hop(
  stop: Stop,
  status: Hop['status'],
  more: { because?: readonly Evidence[]; causes?: Hop['causes']; missing?: Say } = {},
): Hop {
  return {
    name: stop.name,
    host: stop.host,
    status,
    because: distinct(more.because ?? []),
    causes: more.causes ?? [],
    ...(more.missing === undefined ? {} : { missing: more.missing }),
  }
}

import type { Evidence } from '../core/answer.ts'
import { type Say, say } from '../core/lang.ts'
import type { AnyNeed, FactOf, Parsed } from '../core/probe.ts'
import { gatewayOf, type Subject } from '../core/subject.ts'
import { type DhcpEvent, dnsmasqLog } from '../probes/dhcp/dnsmasq-log.ts'
import { dhcpNs } from '../probes/dhcp/namespace.ts'
import { clock } from '../probes/host/clock.ts'
import { addressUsed, dhcpAsked, guestSpoke, isOurs, oursAgo, type Sighting, wire } from '../probes/wiring/heard.ts'
import type { IntendedLeg, Stop } from './path.ts'

/** Facts that show packets having passed, whatever state things are in. */
export const trafficNeeds = { wire, guestSpoke, dhcpAsked, addressUsed, dnsmasqLog, oursAgo, dhcpNs, clock }

/** What passed longer ago than this may have stopped passing since. Seconds. */
const FRESH = 300
/** Two hosts are not asked at one instant. Seconds. */
const LAG = 5

interface About {
  readonly subject: Subject
  readonly read: <N extends AnyNeed>(need: N, host: string) => Parsed<FactOf<N>>
}

/** Evidence that a leg's packets passed a stop within the last minutes, or none. */
export function passedAt(stop: Stop, leg: IntendedLeg, about: About): readonly Evidence[] {
  const own = stop.name === 'guest port' && stop.heading === 'out' ? vmsOwn(about) : []
  if (leg.conversation !== 'dhcp' || leg.server === undefined) return [...own, ...fromGateway(stop, leg, about)]
  const asServer = leg.direction === 'request' || stop.name === 'dnsmasq'
  const logged = asServer ? answerOf(leg.server, about) : arrivalOf(leg.server, about)
  if (logged.length > 0) return logged
  return stop.name === 'switch' || stop.name === 'tunnel bridge' ? crossing(leg, about) : own
}

/** Why a stop cannot be taken for passed though nothing wrong was found there. */
export function doubtAt(stop: Stop, leg: IntendedLeg, about: About): Say | undefined {
  const leaves = stop.name === 'guest port' && stop.heading === 'out'
  if (leaves && vmsOwn(about).length === 0)
    return say('nothing of the VM itself was seen in the last 5 minutes', '最近 5 分钟没有看到虚拟机自己的报文')
  const arrives = stop.name === 'guest port' && stop.heading === 'in'
  if (leg.conversation !== 'dhcp' || !(arrives || stop.name === 'dnsmasq')) return undefined
  if (unanswered(about) !== undefined)
    return say('the VM has asked since, and has had no answer', '此后虚拟机又请求过，没有得到应答')
  return arrives && leg.server !== undefined && ackOf(eventsAt(leg.server, about))
    ? say('answered, and nothing shows that the answer arrives', '已应答，但没有证据表明应答到达')
    : undefined
}

function vmsOwn({ subject, read }: About): readonly Evidence[] {
  const seen = read(guestSpoke, subject.compute ?? '')
  const logged = subject.dhcpHosts.flatMap((host) => eventsAt(host, { subject, read }).slice(-1))
  return [...fresh([seen.ok ? seen.fact : undefined]), ...logged.map((e) => e.source), ...crossingToAny(subject, read)]
}

interface Aged extends DhcpEvent {
  /** Seconds. */
  readonly age: number
}

/** What a DHCP server logged of the VM in the last minutes, oldest first. */
function eventsAt(server: string, { read }: About): readonly Aged[] {
  const log = read(dnsmasqLog, server)
  const now = read(clock, server)
  if (!log.ok || !now.ok) return []
  return log.fact.map((e) => ({ ...e, age: (now.fact.now - e.at) / 1000 })).filter((e) => e.age <= FRESH)
}

/** How long ago the VM last asked for an address in vain; nothing where its last request was acknowledged, or is not known. */
function unanswered(about: About): number | undefined {
  const { subject, read } = about
  const logs = subject.dhcpHosts.map((host) => eventsAt(host, about))
  const counted = read(dhcpAsked, subject.compute ?? '')
  const ours = read(oursAgo, subject.compute ?? '')
  const isGuests =
    counted.ok && counted.fact && counted.fact.age <= FRESH && !isOurs(counted.fact.age, ours.ok ? ours.fact : [])
  const asked = Math.min(
    isGuests && counted.fact ? counted.fact.age : Number.POSITIVE_INFINITY,
    ...logs.flat().flatMap((e) => (asking.has(e.kind) ? [e.age] : [])),
  )
  const acknowledged = Math.min(...logs.map(ackOf).flatMap((ack) => ack?.age ?? []), Number.POSITIVE_INFINITY)
  return asked !== Number.POSITIVE_INFINITY && asked + LAG < acknowledged ? asked : undefined
}

/** What a guest without a lease brings about. */
const asking = new Set<DhcpEvent['kind']>(['DISCOVER', 'OFFER', 'REQUEST', 'NAK', 'DECLINE'])

const ackOf = (events: readonly Aged[]) => (events.at(-1)?.kind === 'ACK' ? events.at(-1) : undefined)

/** The server's own word that the VM's last request came and was answered. */
function answerOf(server: string, about: About): readonly Evidence[] {
  const events = eventsAt(server, about)
  const last = events.findLast((e) => e.kind === 'OFFER' || e.kind === 'ACK')
  const isLate = last !== undefined && last.age > (unanswered(about) ?? Number.POSITIVE_INFINITY) + LAG
  if (last === undefined || isLate || isRefusal(events.at(-1))) return []
  const request = events.findLast((e) => e.kind === 'REQUEST' || e.kind === 'DISCOVER')
  return [...(request ? [request.source] : []), last.source]
}

const isRefusal = (event: Aged | undefined) => event?.kind === 'NAK' || event?.note.includes('no address available')

/**
 * That the answer arrives shows in what the guest did of it: it asked for what an offer had given it, or it uses the
 * address. A guest that renews, or asks at boot for the address that it had, sends its request without having heard
 * anything.
 */
function arrivalOf(server: string, about: About): readonly Evidence[] {
  const events = eventsAt(server, about)
  const ack = ackOf(events)
  if (!ack || unanswered(about) !== undefined) return []
  const offer = events.findLast((e) => e.kind === 'OFFER')
  const request = events.findLast((e) => e.kind === 'REQUEST')
  if (offer && request) return [offer.source, request.source, ack.source]
  const used = about.read(addressUsed, about.subject.compute ?? '')
  return used.ok && used.fact && used.fact.age <= ack.age + LAG ? [ack.source, used.fact.source] : []
}

/** The frames of one end, seen on the wire side of the other. */
function crossing(leg: IntendedLeg, about: About): readonly Evidence[] {
  const { subject, read } = about
  const server = leg.server ?? ''
  const [at, macs] =
    leg.direction === 'request'
      ? [server, [subject.port.mac]]
      : [subject.compute ?? '', subject.dhcpPorts.filter((p) => p.host === server).map((p) => p.mac)]
  const seen = read(wire, at)
  // Of a VM that asks in vain, only what is as young as its last question tells anything.
  const limit = Math.min(FRESH, (unanswered(about) ?? FRESH) + LAG)
  return seen.ok
    ? fresh(
        macs.map((mac) => seen.fact.from(mac)),
        limit,
      )
    : []
}

/** Frames from the gateway that came in on the VM's host: it is there, and the way from it is open. */
function fromGateway(stop: Stop, leg: IntendedLeg, { subject, read }: About): readonly Evidence[] {
  if (stop.name !== 'gateway' && stop.name !== 'switch' && stop.name !== 'tunnel bridge') return []
  const across = leg.direction === 'request' && stop.name !== 'gateway' ? crossingToAny(subject, read) : []
  if (across.length > 0) return across
  const seen = read(wire, subject.compute ?? '')
  const known = gatewayMac(subject, read)
  if (!seen.ok || !known) return []
  const frames = fresh([seen.fact.from(known.mac)])
  return frames.length === 0 ? [] : [...frames, ...known.because]
}

const crossingToAny = (subject: Subject, read: About['read']): readonly Evidence[] =>
  subject.dhcpHosts.flatMap((host) => {
    const seen = read(wire, host)
    return seen.ok ? fresh([seen.fact.from(subject.port.mac)]) : []
  })

/** The gateway's MAC, as Neutron knows it or a DHCP server has it in its neighbour table. */
export function gatewayMac(
  subject: Subject,
  read: About['read'],
): { readonly mac: string; readonly because: readonly Evidence[] } | undefined {
  if (subject.gatewayMac) return { mac: subject.gatewayMac, because: [] }
  const ip = gatewayOf(subject)
  for (const host of subject.dhcpHosts) {
    const ns = read(dhcpNs, host)
    const neighbour = ns.ok
      ? ns.fact.neighbours.find((n) => n.ip === ip && n.mac !== undefined && n.state !== 'FAILED')
      : undefined
    if (neighbour?.mac) return { mac: neighbour.mac, because: [neighbour.source] }
  }
  return undefined
}

const fresh = (sightings: readonly (Sighting | undefined)[], limit = FRESH): readonly Evidence[] =>
  sightings.flatMap((s) => (s && s.age <= limit ? [s.source] : []))

import type { Evidence } from '../core/answer.ts'
import type { AnyNeed, FactOf, Parsed } from '../core/probe.ts'
import { gatewayOf, type Subject } from '../core/subject.ts'
import { dnsmasqLog } from '../probes/dhcp/dnsmasq-log.ts'
import { dhcpNs } from '../probes/dhcp/namespace.ts'
import { clock } from '../probes/host/clock.ts'
import { dhcpAsked, type Sighting, wire } from '../probes/wiring/heard.ts'
import type { IntendedLeg, Stop } from './path.ts'

/** Facts that show packets having passed, whatever state things are in. */
export const trafficNeeds = { wire, dhcpAsked, dnsmasqLog, dhcpNs, clock }

/** What passed longer ago than this may have stopped passing since. Seconds. */
const FRESH = 300
/** Two hosts are not asked at one instant. Seconds. */
const LAG = 5

type Read = <N extends AnyNeed>(need: N, host: string) => Parsed<FactOf<N>>

/** Evidence that a leg's packets passed a stop within the last minutes, or none. */
export function passedAt(stop: Stop, leg: IntendedLeg, about: { subject: Subject; read: Read }): readonly Evidence[] {
  if (leg.conversation === 'dhcp' && leg.server !== undefined) {
    const lease = lastLease(leg.server, about)
    if (lease.length > 0) return lease
    return stop.name === 'switch' || stop.name === 'tunnel bridge' ? crossing(leg, about) : []
  }
  return fromGateway(stop, leg, about)
}

/**
 * An acknowledged request shows the whole round trip: the guest asks for what an offer gave it, so the offer had
 * reached it. It shows nothing of now where the guest has asked again since, and had no answer.
 */
function lastLease(server: string, { subject, read }: { subject: Subject; read: Read }): readonly Evidence[] {
  const log = read(dnsmasqLog, server)
  const now = read(clock, server)
  const last = log.ok ? log.fact.at(-1) : undefined
  if (!log.ok || !now.ok || last?.kind !== 'ACK') return []
  const age = (now.fact.now - last.at) / 1000
  const asked = read(dhcpAsked, subject.compute ?? '')
  const unanswered = asked.ok && asked.fact !== undefined && asked.fact.age + LAG < age
  if (age > FRESH || unanswered) return []
  const request = log.fact.findLast((e) => e.kind === 'REQUEST')
  return [...(request ? [request.source] : []), last.source]
}

/** The frames of one end, seen on the wire side of the other. */
function crossing(leg: IntendedLeg, { subject, read }: { subject: Subject; read: Read }): readonly Evidence[] {
  const server = leg.server ?? ''
  const [at, macs] =
    leg.direction === 'request'
      ? [server, [subject.port.mac]]
      : [subject.compute ?? '', subject.dhcpPorts.filter((p) => p.host === server).map((p) => p.mac)]
  const seen = read(wire, at)
  return seen.ok ? fresh(macs.map((mac) => seen.fact.from(mac))) : []
}

/** Frames from the gateway that came in on the VM's host: it is there, and the way from it is open. */
function fromGateway(
  stop: Stop,
  leg: IntendedLeg,
  { subject, read }: { subject: Subject; read: Read },
): readonly Evidence[] {
  if (stop.name !== 'gateway' && stop.name !== 'switch' && stop.name !== 'tunnel bridge') return []
  const across = leg.direction === 'request' && stop.name !== 'gateway' ? crossingToAny(subject, read) : []
  if (across.length > 0) return across
  const seen = read(wire, subject.compute ?? '')
  const known = gatewayMac(subject, read)
  if (!seen.ok || !known) return []
  const frames = fresh([seen.fact.from(known.mac)])
  return frames.length === 0 ? [] : [...frames, ...known.because]
}

const crossingToAny = (subject: Subject, read: Read): readonly Evidence[] =>
  subject.dhcpHosts.flatMap((host) => {
    const seen = read(wire, host)
    return seen.ok ? fresh([seen.fact.from(subject.port.mac)]) : []
  })

function gatewayMac(
  subject: Subject,
  read: Read,
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

const fresh = (sightings: readonly (Sighting | undefined)[]): readonly Evidence[] =>
  sightings.flatMap((s) => (s && s.age <= FRESH ? [s.source] : []))

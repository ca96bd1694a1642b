import type { Heading, Leg, Station } from '../core/hop.ts'
import { hostsOf, type Subject } from '../core/subject.ts'

/** A station that a packet has to pass, before anybody has looked. */
export interface Stop {
  readonly name: Station
  readonly host: string
  readonly heading: Heading
}
export interface IntendedLeg extends Pick<Leg, 'conversation' | 'direction'> {
  readonly stops: readonly Stop[]
  /** The DHCP host of the leg, where it has one. */
  readonly server?: string
}

/** What is beyond the hosts that can be looked at. */
const WIRE = 'physical network'
const NOWHERE = '-'

/** The legs of every conversation that the VM needs, one pair for each DHCP host. `metadataAt`: the DHCP host that answers for the metadata service. */
export function intendedLegs(subject: Subject, metadataAt: string | undefined): readonly IntendedLeg[] {
  const compute = subject.compute ?? NOWHERE
  const servers = subject.dhcpHosts.length > 0 ? hostsOf(subject, 'dhcp') : [NOWHERE]
  const dhcp = servers.flatMap((server) => roundTrip('dhcp', dhcpRequest(subject, compute, server), server))
  const hasGateway = subject.subnets.some((s) => s.version === 4 && s.gateway)
  const toGateway = hasGateway
    ? (['arp', 'icmp'] as const).flatMap((kind) => roundTrip(kind, gatewayRequest(subject, compute)))
    : []
  return [...dhcp, ...toGateway, ...metadataLegs(subject, { compute, metadataAt, hasGateway })]
}

/** A router of Neutron answers for the metadata service, or a DHCP namespace; a network of others has none. */
function metadataLegs(
  subject: Subject,
  at: { readonly compute: string; readonly metadataAt: string | undefined; readonly hasGateway: boolean },
): readonly IntendedLeg[] {
  if (at.metadataAt !== undefined) {
    const stops = dhcpRequest(subject, at.compute, at.metadataAt).filter((s) => s.name !== 'dnsmasq')
    return roundTrip('metadata', stops, at.metadataAt)
  }
  return at.hasGateway && subject.gatewayMac !== undefined
    ? roundTrip('metadata', gatewayRequest(subject, at.compute))
    : []
}

function roundTrip(
  conversation: Leg['conversation'],
  request: readonly Stop[],
  server?: string,
): readonly IntendedLeg[] {
  const back = request
    .toReversed()
    .map((s) => ({ ...s, heading: s.heading === 'out' ? ('in' as const) : ('out' as const) }))
  const at = server === undefined ? {} : { server }
  return [
    { conversation, direction: 'request', stops: request, ...at },
    { conversation, direction: 'reply', stops: back, ...at },
  ]
}

function dhcpRequest(subject: Subject, compute: string, server: string): readonly Stop[] {
  const end = [stop('DHCP namespace', server, 'in'), stop('dnsmasq', server, 'in')]
  if (server === compute) return [stop('guest port', compute, 'out'), stop('br-int', compute, 'out'), ...end]
  const arrival = outwards(subject, server)
    .toReversed()
    .map((s) => ({ ...s, heading: 'in' as const }))
  return [
    ...outwards(subject, compute),
    stop('switch', WIRE, 'out'),
    ...arrival.filter((s) => s.name !== 'guest port'),
    ...end,
  ]
}

function gatewayRequest(subject: Subject, compute: string): readonly Stop[] {
  return [...outwards(subject, compute), stop('switch', WIRE, 'out'), stop('gateway', WIRE, 'in')]
}

/** From a port of the host to the wire. */
function outwards(subject: Subject, host: string): readonly Stop[] {
  const tunnelled = subject.network.segment !== undefined && subject.network.segment.physicalNetwork === undefined
  const far: Station[] = tunnelled ? ['tunnel bridge'] : ['provider bridge', 'NIC']
  return (['guest port', 'br-int', ...far] as const).map((name) => stop(name, host, 'out'))
}

const stop = (name: Station, host: string, heading: Heading): Stop => ({ name, host, heading })

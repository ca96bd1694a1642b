import type { Evidence } from './answer.ts'
import type { CauseId } from './cause-ids.gen.ts'
import type { Say } from './lang.ts'

/** The stations of a packet, in the field's own words, from the guest to the DHCP server. */
export const stations = [
  'guest port',
  'br-int',
  'provider bridge',
  'tunnel bridge',
  'NIC',
  'switch',
  'DHCP namespace',
  'dnsmasq',
  'gateway',
] as const
export type Station = (typeof stations)[number]

/** `out`: from a port towards the wire. `in`: from the wire towards a port. */
export type Heading = 'out' | 'in'

export const hopStatuses = ['passed', 'blocked', 'not reached', 'unknown'] as const
export type HopStatus = (typeof hopStatuses)[number]

export interface Hop {
  readonly name: Station
  readonly host: string
  readonly status: HopStatus
  readonly because: readonly Evidence[]
  /** The causes that block it. */
  readonly causes: readonly CauseId[]
  /** What nobody could see, where the status is `unknown`. */
  readonly missing?: Say
}

/** `icmp`: ping to the gateway; `metadata`: HTTP to 169.254.169.254. */
export const conversations = ['dhcp', 'arp', 'icmp', 'metadata'] as const

export interface Leg {
  readonly conversation: (typeof conversations)[number]
  readonly direction: 'request' | 'reply'
  readonly hops: readonly Hop[]
}

/** One server whose request and reply both pass is enough. */
export function passes(journey: readonly Leg[], conversation: Leg['conversation']): boolean {
  const legs = journey.filter((leg) => leg.conversation === conversation)
  const pairs = legs.filter((leg) => leg.direction === 'request').map((leg) => [leg, legs[legs.indexOf(leg) + 1]])
  return pairs.some((pair) =>
    pair.every((leg) => leg !== undefined && leg.hops.every((hop) => hop.status === 'passed')),
  )
}

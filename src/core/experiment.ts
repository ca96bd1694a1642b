import type { Evidence } from './answer.ts'
import type { AskTheSwitch } from './ask-the-switch.ts'
import type { FromTheDhcpNamespace, Reached } from './from-the-dhcp-namespace.ts'
import type { Leg, Station } from './hop.ts'
import type { Say } from './lang.ts'
import type { UnderlayTried } from './underlay-tried.ts'
import type { Parsed } from './probe.ts'
import type { GuestHeard, Strangers } from './strangers.ts'

/** Something that an experiment puts on a host. It bears the run's mark and ends by itself. */
export interface Put {
  readonly host: string
  readonly what: Say
  /** Its deadline on the host itself. */
  readonly seconds: number
  /** How it goes away. */
  readonly ends: Say
}
/** One experiment, told before anything of it is done. */
export interface PlannedExperiment {
  readonly id: Experiment['id']
  readonly title: Say
  readonly sends: readonly Say[]
  readonly puts: readonly Put[]
}
export interface Plan {
  /** Eight hexadecimal digits: the mark of all that this run puts anywhere. */
  readonly run: string
  readonly experiments: readonly PlannedExperiment[]
  /** What cannot be proven, and why. */
  readonly cannot: readonly Say[]
}

export const sightings = ['seen', 'not seen', 'unknown'] as const

/** UDP checksums of DHCP replies, as a capture holds them: frames of each kind. One that cannot be verified is in none. */
export interface Sums {
  /** Also of a sender that makes none, as IPv4 allows. */
  readonly good: number
  readonly wrong: number
  /** Left to a NIC: normal where a frame leaves, and nobody completes it after a wire. */
  readonly unfinished: number
}

/** Where a leg's frames had to pass, and whether they were seen there. */
export interface Passage {
  readonly station: Station
  readonly host: string
  /** Captured together: of a bond's members one is enough. */
  readonly devices: readonly string[]
  readonly state: (typeof sightings)[number]
  /** Frames of this leg. */
  readonly count: number
  /** Of the first: microseconds since 1970 by the clock of the host, and the device. */
  readonly first?: { readonly at: number; readonly device: string; readonly vlan?: number }
  readonly sums?: Sums
  /** From request to reply at this place, by one clock. Microseconds; the median. */
  readonly roundTrip?: number
  /** Why it is not known. */
  readonly why?: Say
  readonly because: readonly Evidence[]
}
export interface Trip extends Pick<Leg, 'conversation' | 'direction'> {
  /** The DHCP host, where the conversation has one. */
  readonly server?: string
  readonly passages: readonly Passage[]
}
export interface Sending {
  readonly conversation: Leg['conversation']
  readonly host: string
  readonly bridge: string
  readonly ofport: number
  /** Frames that Open vSwitch took. */
  readonly count: number
  readonly refused?: Say
}
/** What packets sent as the VM did, and what was seen of them. */
export interface AsTheVm {
  readonly id: 'as-the-vm'
  readonly run: string
  readonly sent: readonly Sending[]
  readonly trips: readonly Trip[]
  readonly strangers: Parsed<Strangers>
  readonly guest: Parsed<GuestHeard>
}

/** The same as each VM that it is compared with, all at one time. */
export interface AsSiblings {
  readonly id: 'as-siblings'
  readonly run: string
  readonly vms: readonly {
    readonly vm: string
    /** UUID. */
    readonly port: string
    readonly shown: AsTheVm
  }[]
}

/** What an experiment did and what was seen of it. */
export type Experiment = AsTheVm | AsSiblings | AskTheSwitch | UnderlayTried | FromTheDhcpNamespace

/** The stretch on which a leg's frames vanish: the last place that saw them (none: they were only sent), and the first that did not. */
export interface Gap {
  readonly trip: Trip
  readonly after?: Passage
  readonly before: Passage
}

/** Where a trip ends early, as far as working captures show it. */
export function gapOf(trip: Trip): Gap | undefined {
  const last = trip.passages.findLastIndex((p) => p.state === 'seen')
  const before = trip.passages.slice(last + 1).find((p) => p.state === 'not seen')
  const after = trip.passages[last]
  return before && { trip, before, ...(after ? { after } : {}) }
}

/** The other way of the same conversation with the same server. */
export const answerTo = (trip: Trip, all: readonly Trip[]): Trip | undefined =>
  all.find((t) => t.conversation === trip.conversation && t.server === trip.server && t.direction === 'reply')

/** The gateway exists: it has answered from a DHCP namespace. */
export const isGatewayThere = (experiments: readonly Experiment[]): boolean =>
  experiments.some((e) => e.id === 'from-the-dhcp-namespace' && e.hosts.some(({ reached }) => reached.some(isGateway)))

const isGateway = ({ is, arp, pings }: Reached): boolean =>
  is === 'gateway' && ((arp.ok && arp.fact.mac !== undefined) || (pings.ok && pings.fact.received > 0))

/**
 * Where the VM's own conversation is lost. Of ARP only what a reply or a missing request shows: a gateway that does not
 * answer may not exist, unless it is known to be there.
 */
export function gapsOf({ sent, trips }: AsTheVm, gatewayThere = false): readonly Gap[] {
  const tried = new Set(sent.filter((s) => s.count > 1).map((s) => s.conversation))
  return trips
    .filter((trip) => trip.direction === 'request' && tried.has(trip.conversation))
    .flatMap((request) => {
      const reply = answerTo(request, trips)
      const answered = reply?.passages.some((p) => p.state === 'seen') === true
      const gap =
        answered && reply
          ? gapOf(reply)
          : (gapOf(request) ?? unanswered(request, reply) ?? ignored(request, reply, gatewayThere))
      return gap ? [gap] : []
    })
}

/** A DHCP request that came to its server and was not answered. */
function unanswered(request: Trip, reply: Trip | undefined): Gap | undefined {
  const arrived = request.passages.at(-1)
  if (request.conversation !== 'dhcp' || arrived?.state !== 'seen' || !reply) return undefined
  const gap = gapOf(reply)
  return gap && { ...gap, after: arrived }
}

/** By a gateway that answers others; with a router on the VM's own host its answer does not pass the NIC. */
function ignored(request: Trip, reply: Trip | undefined, gatewayThere: boolean): Gap | undefined {
  const left = request.passages.at(-1)
  const isSilent = reply !== undefined && reply.passages.every((p) => p.state === 'not seen')
  if (!gatewayThere || request.conversation !== 'arp' || left?.state !== 'seen' || !isSilent) return undefined
  const gap = gapOf(reply)
  return gap && { ...gap, after: left }
}

/** Whatever was tried came back to the VM: the offer of a DHCP server, the answer of the gateway. */
export function isServed(e: AsTheVm): boolean {
  const tried = e.sent.filter((s) => s.count > 0).map((s) => s.conversation)
  return tried.length > 0 && tried.every((conversation) => isAnswered(e, conversation))
}

/** An answer came back to the VM; of DHCP, from one server at least. */
export const isAnswered = ({ trips }: AsTheVm, conversation: Leg['conversation']): boolean =>
  trips.some((t) => t.conversation === conversation && t.direction === 'reply' && t.passages.at(-1)?.state === 'seen')

/** What packets that were sent as this VM have shown; nothing where none was taken. */
export const asTheVmOf = (experiments: readonly Experiment[]): AsTheVm | undefined =>
  experiments.flatMap((e) => (e.id === 'as-the-vm' && e.sent.some((s) => s.count > 0) ? [e] : []))[0]

/** Where packets that were sent as the VM are lost. */
export const lostAsVm = (experiments: readonly Experiment[]): readonly Gap[] =>
  experiments.flatMap((e) => (e.id === 'as-the-vm' ? gapsOf(e, isGatewayThere(experiments)) : []))

/** The DHCP conversation with every server is lost, or the VM's host loses ARP. What else was sent breaks no VM by itself. */
export function isLost(experiment: Experiment, gatewayThere = false): boolean {
  if (experiment.id !== 'as-the-vm') return false
  const gaps = gapsOf(experiment, gatewayThere)
  const servers = experiment.trips.filter((t) => t.conversation === 'dhcp' && t.direction === 'request').length
  const dhcp = gaps.filter((g) => g.trip.conversation === 'dhcp').length
  return (servers > 0 && dhcp === servers) || gaps.some((g) => g.trip.conversation === 'arp')
}

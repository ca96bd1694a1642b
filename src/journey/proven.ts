import { distinct, type Evidence } from '../core/answer.ts'
import { answerTo, type Passage, type Trip } from '../core/experiment.ts'
import type { AnyNeed, FactOf, Parsed } from '../core/probe.ts'
import { sentAsVm } from '../probes/wiring/sent-as-vm.ts'
import type { IntendedLeg, Stop } from './path.ts'

type Read = <N extends AnyNeed>(need: N, host: string) => Parsed<FactOf<N>>

/**
 * Frames sent as the VM that passed a stop: they were seen there or beyond, or were answered. They are put into br-int,
 * so that they say nothing of the way from the guest into it.
 */
export function provenAt(stop: Stop, leg: IntendedLeg, { read }: { readonly read: Read }): readonly Evidence[] {
  if (stop.name === 'guest port' && stop.heading === 'out') return []
  const sent = read(sentAsVm, stop.host)
  const trips = sent.ok ? sent.fact.trips : []
  const trip = trips.find((t) => isOf(t, leg))
  if (!trip) return []
  const beyond = trip.passages.filter((p) => p.state === 'seen' && reach(p, leg) >= leg.stops.indexOf(stop))
  const reply = leg.direction === 'request' ? answerTo(trip, trips)?.passages.filter((p) => p.state === 'seen') : []
  return distinct([...beyond, ...(reply ?? [])].slice(0, 2).flatMap((p) => p.because))
}

/** Packets sent as the VM pass: whether the guest itself has lately spoken does not matter then. */
export function isProven(leg: IntendedLeg, { read }: { readonly read: Read }): boolean {
  const sent = read(sentAsVm, '')
  return sent.ok && sent.fact.trips.some((t) => isOf(t, leg) && t.passages.some((p) => p.state === 'seen'))
}

const isOf = (trip: Trip, leg: IntendedLeg) =>
  trip.conversation === leg.conversation && trip.direction === leg.direction && trip.server === leg.server

/** How far on the leg a frame had come that was seen there. What is inside a tunnel is past br-tun, or before it. */
function reach(passage: Passage, { stops }: IntendedLeg): number {
  const own = stops.findIndex((s) => s.name === passage.station && s.host === passage.host)
  if (own >= 0 || passage.station !== 'NIC') return own
  const leaves = stops.findIndex((s) => s.name === 'tunnel bridge' && s.host === passage.host && s.heading === 'out')
  return leaves >= 0 ? leaves : stops.findIndex((s) => s.name === 'switch')
}

import type { Evidence } from './answer.ts'
import type { sightings } from './experiment.ts'
import type { Say } from './lang.ts'

/** What the NICs of one host saw of certain frames. */
export interface Sight {
  readonly state: (typeof sightings)[number]
  readonly count: number
  /** Of the first frame; absent where that was untagged, or there was none. */
  readonly vlan?: number
  /** The shortest, from a probe to its answer, by one clock. Microseconds. */
  readonly roundTrip?: number
  /** Why it is not known. */
  readonly why?: Say
  readonly because: readonly Evidence[]
}
/** Somebody who is meant to answer. */
export interface Target {
  readonly ip: string
  readonly is: 'gateway' | 'DHCP port'
  /** Of a DHCP port. */
  readonly host?: string
}
/** A NIC as the network team knows it. What could not be read is absent. */
export interface SwitchFacing {
  readonly name: string
  readonly mac?: string
  /** By LLDP: the switch and its port. */
  readonly neighbour?: string
}
/** What was asked from one host, and what its NICs saw. */
export interface AskedFrom {
  readonly host: string
  readonly method: SwitchMethod
  readonly nics: readonly SwitchFacing[]
  /** Of the temporary port. */
  readonly mac: string
  /** Its own probes, as they leave. */
  readonly left: Sight
  readonly answers: readonly (Target & { readonly sight: Sight })[]
  /** The probes of the other hosts, which are broadcasts, as they come in. */
  readonly heard: readonly { readonly from: string; readonly sight: Sight }[]
}
export interface AskedVlan {
  /** Absent: untagged (flat). */
  readonly vlan?: number
  readonly from: readonly AskedFrom[]
}
/** Whether the physical network carries a VLAN between hosts, by frames of a port of our own. */
export interface AskTheSwitch {
  readonly id: 'ask-the-switch'
  readonly run: string
  readonly network: AskedVlan
  /** Another VLAN of the same bridges, asked in the same way: it differs in nothing else. */
  readonly control?: AskedVlan
}

/** The guide's sub-interface takes the VLAN's frames away from Open vSwitch while it is there. */
export const switchMethods = ['port', 'subinterface'] as const
export type SwitchMethod = (typeof switchMethods)[number]

/** How the operator wants the switch to be asked. */
export interface SwitchWays {
  /** Of the VM's host. Every other host gets a port, unless its NIC is named. */
  readonly method: SwitchMethod
  /** By host: the NIC that gets a sub-interface, where the bridge does not tell it. */
  readonly nics: Readonly<Record<string, string>>
}
export const usualWays: SwitchWays = { method: 'port', nics: {} }

/** What becomes of frames from one host on the way to another. */
export interface Way {
  readonly from: string
  readonly to: string
  /** `retagged`: they arrive in another VLAN than they left in, or without a tag. */
  readonly is: 'carried' | 'lost' | 'retagged' | 'unknown'
  /** Of those that are retagged; absent: untagged. */
  readonly vlan?: number
  readonly because: readonly Evidence[]
}

/** A frame that is lost by chance proves nothing. */
const ENOUGH = 2

export function wayBetween({ vlan, from: all }: AskedVlan, from: string, to: string): Way {
  const left = all.find((a) => a.host === from)?.left
  const came = all.find((a) => a.host === to)?.heard.find((h) => h.from === from)?.sight
  const way = { from, to, because: [...(left?.because ?? []), ...(came?.because ?? [])] }
  if (left?.state !== 'seen' || left.vlan !== vlan) return { ...way, is: 'unknown' }
  if (came?.state === 'seen' && came.vlan === vlan) return { ...way, is: 'carried' }
  if (came?.state === 'seen') return { ...way, is: 'retagged', ...(came.vlan === undefined ? {} : { vlan: came.vlan }) }
  return { ...way, is: came?.state === 'not seen' && left.count >= ENOUGH ? 'lost' : 'unknown' }
}
/** Between every two hosts, both ways. */
export const waysOf = (asked: AskedVlan): readonly Way[] =>
  asked.from.flatMap((a) => asked.from.filter((b) => b !== a).map((b) => wayBetween(asked, a.host, b.host)))

/** Port mirrors (ovs-vswitchd.conf.db(5), Mirror table). */

import type { Bundle, Mirror } from '../bridge.ts'
import { at } from '../fields.ts'
import { macAt } from '../packet.ts'
import {
  bundlesOf,
  includes,
  inBridge,
  inputBundle,
  isMirrorOutput,
  isReserved,
  outputNormal,
  refusal,
  tagsOf,
} from './normal.ts'
import { inside, type State } from './state.ts'
import type { Step } from './step.ts'

export function mirrorIngress(state: State): void {
  const bundle = inputBundle(state)
  if (bundle) mirror(state, bundle, (m) => m.all || m.sources.has(bundle.name))
}

export function mirrorOutput(state: State, bundle: Bundle): void {
  mirror(state, bundle, (m) => m.all || m.destinations.has(bundle.name))
}

function mirror(state: State, bundle: Bundle, selects: (mirror: Mirror) => boolean): void {
  const tags = tagsOf(state.packet)
  if (refusal(bundle, tags[0].vid)) return
  const inside = inBridge(bundle, tags)
  for (const each of state.bridge.mirrors) {
    if (state.mirrored.has(each.name) || !selects(each)) continue
    if (each.vlans.size > 0 && !each.vlans.has(inside[0].vid)) continue
    send(state, each, inside)
  }
}

function send(state: State, each: Mirror, tags: ReturnType<typeof tagsOf>): void {
  state.mirrored = new Set([...state.mirrored, ...twins(state, each)])
  const step: Step = { kind: 'mirror', name: each.name, steps: [] }
  state.steps.push(step)
  inside(state, step.steps, () => {
    if (each.outputPort !== undefined) {
      const target = [...state.bridge.bundles.values()].find((bundle) => bundle.name === each.outputPort)
      if (target) outputNormal(state, target, tags)
    } else if (each.outputVlan !== undefined && tags[0].vid !== each.outputVlan) remote(state, each.outputVlan, tags)
  })
}

/** RSPAN: flooded in a VLAN of its own. */
function remote(state: State, vlan: number, [outer, inner]: ReturnType<typeof tagsOf>): void {
  if (isReserved(macAt(state.packet, at.ethDst))) return
  const tags = [{ ...outer, vid: vlan }, inner] as const
  for (const bundle of bundlesOf(state.bridge, vlan)) {
    if (includes(bundle, tags) && !isMirrorOutput(state, bundle)) outputNormal(state, bundle, tags)
  }
}

/** Mirrors with one and the same output: a packet goes there once. */
const twins = (state: State, { outputPort, outputVlan }: Mirror): readonly string[] =>
  state.bridge.mirrors.filter((m) => m.outputPort === outputPort && m.outputVlan === outputVlan).map((m) => m.name)

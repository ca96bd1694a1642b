/** The action NORMAL: an Ethernet switch with VLANs and a MAC table (ovs-actions(7), `normal`). */

import { type Bridge, type Bundle, macKey } from '../bridge.ts'
import { at } from '../fields.ts'
import { RESERVED_PORTS } from '../ports.ts'
import { isIp, isTagged, macAt, type Packet, TAGGED } from '../packet.ts'
import { receivers } from './multicast.ts'
import { outputTo } from './output.ts'
import { doubt, end, inside, type State } from './state.ts'
import type { Step } from './step.ts'

interface Tag {
  readonly tpid: number
  readonly vid: number
  /** In its place in a TCI. */
  readonly pcp: number
}
const NO_TAG: Tag = { tpid: 0, vid: 0, pcp: 0 }
const DOT1Q = 0x8100

/** The tags of a packet inside of a bridge: the outer one is its VLAN. */
type Tags = readonly [Tag, Tag]

export function normal(state: State): void {
  const { packet, bridge } = state
  if (!bridge.vlansKnown) doubt(state, 'ports-unknown')
  const source = inputBundle(state)
  if (!source && !bridge.portsKnown) return
  if (!source) return end(state, 'unknown-input-port', String(packet[at.inPort]))
  if (packet[at.vlanTpid] && !isTagged(packet) && isVlanType(packet[at.ethType])) return end(state, 'partial-vlan-tag')
  if (isMirrorOutput(state, source)) return end(state, 'mirror-output-port', source.name)
  const arrived = tagsOf(packet)
  const refused = refusal(source, arrived[0].vid)
  if (refused) return end(state, refused, `${source.name} ${arrived[0].vid}`)
  const tags = inBridge(source, arrived)
  const destination = macAt(packet, at.ethDst)
  if (source !== ANY_PORT && !bridge.forwardsBpdu && isReserved(destination)) return end(state, 'reserved-mac')
  if (bridge.snoopsMulticast && isMulticast(packet) && destination !== BROADCAST && isIp(packet))
    return toReceivers(state, source, tags)
  const learned = bridge.learned?.get(macKey(tags[0].vid, destination))
  if (learned === undefined) return floodVlan(state, source, tags)
  forward(state, source, learned, tags)
}

/** Stands for `OFPP_NONE` and the controller, which send in any VLAN. */
const ANY_PORT: Bundle = {
  name: 'none',
  mode: 'trunk',
  vlan: 0,
  qinqEthertype: DOT1Q,
  priorityTags: 'never',
  protected: false,
  members: [],
  floods: false,
  floodsMulticast: false,
  floodsReports: false,
}

export function inputBundle({ packet, bridge }: State): Bundle | undefined {
  const port = packet[at.inPort] ?? -1
  const bundle = bridge.bundles.get(port)
  if (bundle) return bundle
  return port === RESERVED_PORTS['NONE'] || port === RESERVED_PORTS['CONTROLLER'] ? ANY_PORT : undefined
}

function forward(state: State, source: Bundle, ofport: number, tags: Tags): void {
  const target = state.bridge.bundles.get(ofport)
  if (!target) return end(state, 'learned-port-unknown', String(ofport))
  if (isMirrorOutput(state, target)) return end(state, 'mirror-output-port', target.name)
  if (target === source) return end(state, 'learned-on-input-port', target.name)
  toLearned(state, target, tags)
}

function toLearned(state: State, target: Bundle, tags: Tags): void {
  const step: Step = { kind: 'learned', bridge: state.bridge.name, port: target.name, steps: [] }
  state.steps.push(step)
  inside(state, step.steps, () => outputNormal(state, target, tags))
}

function toReceivers(state: State, source: Bundle, tags: Tags): void {
  const to = receivers(state, source, tags[0].vid)
  if (to === 'flood') return floodVlan(state, source, tags)
  if (to.length === 0) return end(state, 'nobody-has-joined')
  for (const target of to) toLearned(state, target, tags)
}

function floodVlan(state: State, source: Bundle, tags: Tags): void {
  const step: Step & { kind: 'flood' } = { kind: 'flood', bridge: state.bridge.name, vlan: tags[0].vid, steps: [] }
  state.steps.push(step)
  inside(state, step.steps, () => {
    for (const bundle of bundlesOf(state.bridge, tags[0].vid)) {
      if (bundle !== source && includes(bundle, tags) && bundle.floods && !isMirrorOutput(state, bundle))
        outputNormal(state, bundle, tags)
    }
    if (step.steps.length === 0) end(state, 'nowhere-to-flood')
  })
}

/** A bridge has a thousand ports and a VLAN twenty: they are looked for once. */
const byVlan = new WeakMap<Bridge, Map<number, readonly Bundle[]>>()

/** The bundles that may carry a VLAN, in the order of their ports. */
export function bundlesOf(bridge: Bridge, vid: number): readonly Bundle[] {
  let known = byVlan.get(bridge)
  if (!known) byVlan.set(bridge, (known = new Map()))
  let bundles = known.get(vid)
  if (!bundles)
    known.set(vid, (bundles = [...new Set(bridge.bundles.values())].filter((bundle) => mayCarry(bundle, vid))))
  return bundles
}

/** Output with the tags that the port's VLAN mode gives a packet of this VLAN. */
export function outputNormal(state: State, target: Bundle, tags: Tags): void {
  const [ofport] = target.members
  if (ofport === undefined) return
  if (target.members.length > 1) doubt(state, 'hash-decides', target.name)
  const { packet } = state
  const [tci = 0, tci1 = 0, tpid = 0, tpid1 = 0] = [
    packet[at.vlanTci],
    packet[at.vlanTci1],
    packet[at.vlanTpid],
    packet[at.vlanTpid1],
  ]
  const [outer, inner] = outOf(target, tags)
  const always = target.priorityTags === 'always'
  putTag(packet, at.vlanTci, at.vlanTpid, outer, target.priorityTags === 'never' ? outer.pcp : tci & PCP, always)
  putTag(packet, at.vlanTci1, at.vlanTpid1, inner, inner.pcp, always)
  outputTo(state, ofport)
  packet[at.vlanTci] = tci
  packet[at.vlanTci1] = tci1
  packet[at.vlanTpid] = tpid
  packet[at.vlanTpid1] = tpid1
}

const PCP = 0xe000

export function tagsOf(packet: Packet): Tags {
  const outer = tagAt(packet, at.vlanTci, at.vlanTpid)
  return outer === NO_TAG ? [NO_TAG, NO_TAG] : [outer, tagAt(packet, at.vlanTci1, at.vlanTpid1)]
}

function tagAt(packet: Packet, tciAt: number, tpidAt: number): Tag {
  const tci = packet[tciAt] ?? 0
  const tpid = packet[tpidAt] ?? 0
  return tci & TAGGED && isVlanType(tpid) ? { tpid, vid: tci & 0xfff, pcp: tci & PCP } : NO_TAG
}

const isVlanType = (type: number | undefined) => type === DOT1Q || type === 0x88a8

function putTag(packet: Packet, tciAt: number, tpidAt: number, tag: Tag, pcp: number, always: boolean): void {
  const tci = tag.vid | pcp
  const present = tci !== 0 || (always && tag.tpid !== 0)
  packet[tciAt] = present ? tci | TAGGED : 0
  if (present) packet[tpidAt] = tag.tpid || DOT1Q
}

const carries = (bundle: Bundle, vid: number) => bundle.trunks === undefined || bundle.trunks.has(vid)

/** Why a port does not take a packet of this VLAN. */
export function refusal(bundle: Bundle, vid: number): 'access-port-got-tag' | 'vlan-not-trunked' | undefined {
  if (bundle === ANY_PORT) return undefined
  switch (bundle.mode) {
    case 'access':
      return vid === 0 ? undefined : 'access-port-got-tag'
    case 'native-tagged':
    case 'native-untagged':
      return vid === 0 || carries(bundle, vid) ? undefined : 'vlan-not-trunked'
    case 'trunk':
      return carries(bundle, vid) ? undefined : 'vlan-not-trunked'
    case 'dot1q-tunnel':
      return bundle.cvlans === undefined || bundle.cvlans.has(vid) ? undefined : 'vlan-not-trunked'
  }
}

/** The tags of a packet inside of the bridge, by those with which it came in. */
export function inBridge(bundle: Bundle, tags: Tags): Tags {
  const [outer] = tags
  const own: Tag = { tpid: outer.tpid || DOT1Q, vid: bundle.vlan, pcp: outer.pcp }
  switch (bundle.mode) {
    case 'access':
      return [own, NO_TAG]
    case 'native-tagged':
    case 'native-untagged':
      return outer.vid === 0 ? [own, tags[1]] : tags
    case 'trunk':
      return tags
    case 'dot1q-tunnel':
      return [{ tpid: bundle.qinqEthertype, vid: bundle.vlan, pcp: 0 }, outer]
  }
}

function outOf(bundle: Bundle, tags: Tags): Tags {
  switch (bundle.mode) {
    case 'access':
      return [NO_TAG, NO_TAG]
    case 'trunk':
    case 'native-tagged':
      return tags
    case 'native-untagged':
      return tags[0].vid === bundle.vlan ? [tags[1], NO_TAG] : tags
    case 'dot1q-tunnel':
      return [tags[1], NO_TAG]
  }
}

const mayCarry = (bundle: Bundle, vid: number): boolean =>
  bundle.mode === 'access' || bundle.mode === 'dot1q-tunnel' ? vid === bundle.vlan : carries(bundle, vid)

/** Whether a packet of this VLAN may go out of a port. */
export function includes(bundle: Bundle, [outer, inner]: Tags): boolean {
  if (!mayCarry(bundle, outer.vid)) return false
  if (bundle.mode === 'access') return inner.vid === 0
  return bundle.mode !== 'dot1q-tunnel' || bundle.cvlans === undefined || bundle.cvlans.has(inner.vid)
}

export const isMirrorOutput = (state: State, bundle: Bundle): boolean =>
  state.bridge.mirrors.some((mirror) => mirror.outputPort === bundle.name)

const BROADCAST = 0xffffffffffff
const isMulticast = (packet: Packet) => ((packet[at.ethDst] ?? 0) & 0x100) !== 0

const RESERVED = new Set([
  ...[0x00e02b000000, 0x00e02b000004, 0x00e02b000006],
  ...[0x01000c000000, 0x01000ccccccc, 0x01000ccccccd, 0x01000ccdcdcd],
])

/** Multicast that a switch keeps for itself: IEEE 802.1D, Cisco and Extreme protocols (`eth_addr_is_reserved`). */
export const isReserved = (mac: number): boolean =>
  (mac >= 0x0180c2000000 && mac <= 0x0180c200000f) ||
  (mac >= 0x01000cccccc0 && mac <= 0x01000cccccc7) ||
  RESERVED.has(mac)

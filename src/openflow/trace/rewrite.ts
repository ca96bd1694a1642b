/** Actions that change the packet. */

import type { Action } from '../actions/action.ts'
import { at } from '../fields.ts'
import { isIp, isIpv4, isTagged, meets, type Packet, readBits, type Subfield, TAGGED, writeBits } from '../packet.ts'
import { end, type State } from './state.ts'

export function setField(state: State, { to, value, mask, needs, quick }: Action & { kind: 'set' }): void {
  const { packet } = state
  if (quick && needs === 'none') {
    packet[quick.word] = ((packet[quick.word] ?? 0) & quick.keep) | quick.bits
    return
  }
  if (meets(packet, needs)) writeBits(packet, to, value, mask)
  else end(state, 'unmet-prerequisite', to.field.name)
}

/** `move`: only where the packet has both fields. */
export function copyBits(state: State, from: Subfield, to: Subfield): void {
  if (!meets(state.packet, from.field.needs) || !meets(state.packet, to.field.needs)) return
  writeBits(state.packet, to, readBits(state.packet, from))
}

export function setVlan(packet: Packet, { id, priority, pushes }: Action & { kind: 'set-vlan' }): void {
  if (!isTagged(packet) && !pushes) return
  const tci = packet[at.vlanTci] ?? 0
  packet[at.vlanTci] =
    id === undefined ? (tci & ~0xe000) | ((priority ?? 0) << 13) | TAGGED : (tci & ~0xfff) | (id & 0xfff) | TAGGED
  if (!packet[at.vlanTpid]) packet[at.vlanTpid] = 0x8100
}

export function pushVlan(packet: Packet, ethertype: number): void {
  packet[at.vlanTci1] = packet[at.vlanTci] ?? 0
  packet[at.vlanTpid1] = packet[at.vlanTpid] ?? 0
  packet[at.vlanTci] = TAGGED
  packet[at.vlanTpid] = ethertype
}

export function popVlan(packet: Packet): void {
  if (!isTagged(packet)) return
  const inner = ((packet[at.vlanTci1] ?? 0) & TAGGED) !== 0
  packet[at.vlanTci] = inner ? (packet[at.vlanTci1] ?? 0) : 0
  packet[at.vlanTpid] = inner ? (packet[at.vlanTpid1] ?? 0) : 0
  if (!inner) return
  packet[at.vlanTci1] = 0
  packet[at.vlanTpid1] = 0
}

/** False where the time to live is over: nothing more of this list is done. */
export function decrementTtl(state: State): boolean {
  const { packet } = state
  if (!isIp(packet)) return true
  const ttl = packet[at.nwTtl] ?? 0
  if (ttl > 1) {
    packet[at.nwTtl] = ttl - 1
    return true
  }
  state.run.controller = true
  end(state, 'ttl-expired')
  return false
}

const TUPLES = {
  ipv4: [
    [at.nwSrc, at.ctNwSrc, 1],
    [at.nwDst, at.ctNwDst, 1],
  ],
  ipv6: [
    [at.ipv6Src, at.ctIpv6Src, 4],
    [at.ipv6Dst, at.ctIpv6Dst, 4],
  ],
  both: [
    [at.nwProto, at.ctNwProto, 1],
    [at.tpSrc, at.ctTpSrc, 1],
    [at.tpDst, at.ctTpDst, 1],
  ],
} as const

/** Puts the tuple with which a tracked connection began in the place of the packet's own, and back. */
export function swapTuple(packet: Packet): void {
  for (const [own, original, words] of [...(isIpv4(packet) ? TUPLES.ipv4 : TUPLES.ipv6), ...TUPLES.both]) {
    for (let i = 0; i < words; i++) {
      const held = packet[own + i] ?? 0
      packet[own + i] = packet[original + i] ?? 0
      packet[original + i] = held
    }
  }
}

import { decode } from '../capture/decode/decode.ts'
import type { Dhcp, Packet } from '../capture/decode/packet.ts'
import type { Frame } from '../capture/frame.ts'

/** What Neutron says of the VM and of who may speak for its network. */
export interface Intent {
  readonly mac: string
  readonly ips: readonly string[]
  /** The DHCP ports of the network; empty where Neutron has none, or was not asked. */
  readonly servers: readonly { readonly mac: string; readonly ips: readonly string[] }[]
}

/** Where a frame was heard: at the VM's own tap, or at a DHCP port. */
export type Where = 'guest' | 'dhcp'

/** One frame with what it holds and where it was heard. */
export interface Heard {
  readonly at: Where
  readonly frame: Frame
  readonly packet: Packet
}

export const hear = (at: Where, frame: Frame): Heard => ({ at, frame, packet: decode(frame) })

/** What the guest itself sent: the tap received it. */
export const fromGuest = ({ at, frame }: Heard): boolean => at === 'guest' && frame.direction === 'in'
/** What the network delivered to the guest. */
export const toGuest = ({ at, frame }: Heard): boolean => at === 'guest' && frame.direction === 'out'

export interface HeardDhcp extends Heard {
  readonly dhcp: Dhcp
}

/** DHCP messages of these types, in the order of `heard`. */
export const dhcpOf = (heard: readonly Heard[], ...types: readonly string[]): readonly HeardDhcp[] =>
  heard.flatMap((each) => {
    const { dhcp } = each.packet
    return dhcp?.type !== undefined && types.includes(dhcp.type) ? [{ ...each, dhcp }] : []
  })

/** Seconds from one frame to another. */
export const between = (a: Heard, b: Heard): number => Number(b.frame.time - a.frame.time) / 1e9

import type { Trip } from '../../core/experiment.ts'
import { decode } from '../../capture/decode/decode.ts'
import type { Checksum, Packet } from '../../capture/decode/packet.ts'
import type { Frame } from '../../capture/frame.ts'
import type { Design } from './design.ts'

/** A captured frame that belongs to the experiment. */
export interface Seen extends Pick<Trip, 'conversation' | 'direction'> {
  /** Microseconds since 1970, by the clock of the host. */
  readonly at: number
  readonly from: string
  readonly vlan?: number
  /** Where the tunnel that it is in leads. */
  readonly tunnelTo?: string
  /** Of its UDP datagram, where it has one. */
  readonly checksum?: Checksum
  /** As a person reads it. */
  readonly text: string
}

/** A captured frame, whosesoever it is: what is inside a tunnel, without it. */
export interface Heard {
  readonly at: number
  readonly packet: Packet
  /** VLAN tag, or VNI: whose network it is of. */
  readonly vlan?: number
  readonly vni?: number
  readonly tunnelTo?: string
  readonly text: string
}

export function hear(frame: Frame): Heard {
  const outer = decode(frame)
  const packet = outer.vxlan?.inner ?? outer
  const at = Number(frame.time / 1000n)
  const vlan = outer.vxlan ? undefined : packet.eth?.vlans[0]
  const where = {
    ...(outer.vxlan ? { vni: outer.vxlan.vni } : {}),
    ...(vlan === undefined ? {} : { vlan }),
  }
  return {
    at,
    packet,
    ...where,
    ...(outer.vxlan && outer.ipv4 ? { tunnelTo: outer.ipv4.dst } : {}),
    text: textOf({ at, inner: packet, ...where }),
  }
}

/** What a frame is of the conversations that were begun as the VM; nothing where it is none of them. */
export function seenIn({ at, packet, vlan, tunnelTo, text }: Heard, design: Design): Seen | undefined {
  const leg = legOf(packet, design)
  if (!leg || !packet.eth) return undefined
  return {
    ...leg,
    at,
    from: packet.eth.src,
    text,
    ...(packet.udp ? { checksum: packet.udp.checksum } : {}),
    ...(vlan === undefined ? {} : { vlan }),
    ...(tunnelTo === undefined ? {} : { tunnelTo }),
  }
}

function legOf(
  { eth, dhcp, arp }: Packet,
  { wanted, gateway }: Design,
): Pick<Seen, 'conversation' | 'direction'> | undefined {
  if (dhcp?.xid === Number.parseInt(wanted.xid, 16)) {
    if (dhcp.op === 'reply') return { conversation: 'dhcp', direction: 'reply' }
    return eth?.src === wanted.mac ? { conversation: 'dhcp', direction: 'request' } : undefined
  }
  if (!arp || gateway === undefined) return undefined
  if (arp.op === 1 && arp.senderMac === wanted.mac && arp.targetIp === gateway)
    return { conversation: 'arp', direction: 'request' }
  if (arp.op === 2 && arp.targetMac === wanted.mac && arp.senderIp === gateway)
    return { conversation: 'arp', direction: 'reply' }
  return undefined
}

interface Told {
  readonly at: number
  readonly inner: Packet
  readonly vni?: number
  readonly vlan?: number
}

function textOf({ at, inner: { eth, dhcp, arp, udp }, vni, vlan }: Told): string {
  const where = [...(vni === undefined ? [] : [`vni ${vni}`]), ...(vlan === undefined ? [] : [`vlan ${vlan}`])]
  const what = dhcp
    ? `DHCP ${dhcp.type ?? dhcp.op} xid 0x${dhcp.xid.toString(16).padStart(8, '0')}${dhcp.op === 'reply' ? ` ${dhcp.yiaddr}` : ''}`
    : arp?.op === 1
      ? `ARP who-has ${arp.targetIp} tell ${arp.senderIp}`
      : `ARP ${arp?.senderIp} is-at ${arp?.senderMac}`
  const sum = udp?.checksum === undefined ? undefined : sumWords[udp.checksum]
  return [`${timeOf(at)} ${eth?.src} > ${eth?.dst}`, ...where, what, ...(sum === undefined ? [] : [sum])].join(', ')
}

/** As tcpdump says it; it does not tell the two apart. */
const sumWords: Partial<Record<Checksum, string>> = { bad: 'bad udp cksum', offloaded: 'udp cksum left to a NIC' }

/** UTC, to the microsecond. */
export const timeOf = (at: number): string =>
  `${new Date(Math.floor(at / 1000)).toISOString().slice(11, 23)}${String(at % 1000).padStart(3, '0')}Z`

import { splitActions, wordsOf } from './split.ts'
import { canonical, kindOf, masked, zero } from './values.ts'

export interface Tag {
  readonly vid: number
  readonly pcp: number
  /** 0x8100 for tags that came with the packet: a trace does not say. */
  readonly tpid: number
}

/** What a packet carries on the wire, in OpenFlow's words (ovs-fields(7)); numbers are decimal. */
export interface Packet {
  /** Outermost first. */
  readonly vlans: readonly Tag[]
  readonly fields: Readonly<Record<string, string>>
}

const PROTOCOLS: Readonly<Record<string, readonly [type: number, protocol?: number]>> = {
  ip: [0x0800],
  icmp: [0x0800, 1],
  tcp: [0x0800, 6],
  udp: [0x0800, 17],
  sctp: [0x0800, 132],
  ipv6: [0x86dd],
  tcp6: [0x86dd, 6],
  udp6: [0x86dd, 17],
  sctp6: [0x86dd, 132],
  icmp6: [0x86dd, 58],
  igmp: [0x0800, 2],
  arp: [0x0806],
  rarp: [0x8035],
  mpls: [0x8847],
  mplsm: [0x8848],
}

const CARRIED =
  /^(dl_(src|dst)|nw_(src|dst|proto|ttl|frag)|ipv6_(src|dst|label)|tp_(src|dst)|tcp_flags|icmp_(type|code)|arp_\w+|nd_\w+|mpls_\w+)$/

/** The packet of a `Flow:` line. */
export function parsePacket(flow: string): Packet {
  const words = wordsOf(flow)
  const fields: Record<string, string> = {}
  for (const [word, value] of words) {
    const protocol = PROTOCOLS[word]
    if (protocol) {
      fields.dl_type = String(protocol[0])
      if (protocol[1] !== undefined) fields.nw_proto = String(protocol[1])
    } else if (word === 'dl_type') fields.dl_type = canonical('number', value)
    else if (CARRIED.test(word)) fields[word] = textOrCanonical(word, value)
  }
  const tos = words.get('nw_tos')
  if (tos !== undefined) fields.nw_tos = String(Number(tos) | Number(words.get('nw_ecn') ?? 0))
  return { vlans: tagsOf(words), fields }
}

const textOrCanonical = (word: string, value: string) =>
  /^(nw_frag|tcp_flags)$/.test(word) ? value : canonical(kindOf(word), value)

function tagsOf(words: ReadonlyMap<string, string>): Tag[] {
  return ['', '1'].flatMap((n) => {
    const vid = words.get(`dl_vlan${n}`)
    return vid === undefined ? [] : [{ vid: Number(vid), pcp: Number(words.get(`dl_vlan_pcp${n}`) ?? 0), tpid: 0x8100 }]
  })
}

export function pushVlan(packet: Packet, inner: string): Packet {
  const words = wordsOf(inner)
  const number = (word: string, otherwise: number) => Number(words.get(word) ?? otherwise)
  const tag = { vid: number('vid', 0), pcp: number('pcp', 0), tpid: number('tpid', 0x8100) }
  return { ...packet, vlans: [tag, ...packet.vlans] }
}

export const popVlan = (packet: Packet): Packet => ({ ...packet, vlans: packet.vlans.slice(1) })

/** The datapath's names for what OpenFlow calls otherwise. */
const NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  eth: { src: 'dl_src', dst: 'dl_dst' },
  ipv4: { src: 'nw_src', dst: 'nw_dst', tos: 'nw_tos', ttl: 'nw_ttl' },
  ipv6: { src: 'ipv6_src', dst: 'ipv6_dst', label: 'ipv6_label', tclass: 'nw_tos', hlimit: 'nw_ttl' },
  tcp: { src: 'tp_src', dst: 'tp_dst' },
  udp: { src: 'tp_src', dst: 'tp_dst' },
  sctp: { src: 'tp_src', dst: 'tp_dst' },
  icmp: { type: 'icmp_type', code: 'icmp_code' },
  icmpv6: { type: 'icmp_type', code: 'icmp_code' },
  arp: { sip: 'arp_spa', tip: 'arp_tpa', op: 'arp_op', sha: 'arp_sha', tha: 'arp_tha' },
  nd: { target: 'nd_target', sll: 'nd_sll', tll: 'nd_tll' },
  nd_ext: { nd_reserved: 'nd_reserved', nd_options_type: 'nd_options_type' },
  mpls: { label: 'mpls_label', tc: 'mpls_tc', ttl: 'mpls_ttl', bos: 'mpls_bos' },
}

/** `set(ipv4(...))`; undefined where the header is none that a packet carries. */
export function setHeader(packet: Packet, header: string, inner: string): Packet | undefined {
  const names = NAMES[header]
  if (!names) return undefined
  const fields = { ...packet.fields }
  for (const part of splitActions(inner)) {
    const [word = '', written = ''] = part.split('=')
    const name = names[word]
    if (name === undefined) return undefined
    fields[name] = masked(kindOf(name), fields[name] ?? zero(name), written)
  }
  return { ...packet, fields }
}

/** MPLS hides what is below it from OpenFlow, not from the wire: only the outermost label is told. */
export function pushMpls(packet: Packet, inner: string): Packet {
  const words = wordsOf(inner)
  const labels = ['label', 'tc', 'ttl', 'bos'].map((word) => [`mpls_${word}`, words.get(word) ?? '0'])
  const type = canonical('number', words.get('eth_type') ?? '0x8847')
  return { ...packet, fields: { ...packet.fields, ...Object.fromEntries(labels), dl_type: type } }
}

export function popMpls(packet: Packet, inner: string): Packet {
  const kept = Object.entries(packet.fields).filter(([name]) => !name.startsWith('mpls_'))
  const type = canonical('number', wordsOf(inner).get('eth_type') ?? '0')
  return { ...packet, fields: { ...Object.fromEntries(kept), dl_type: type } }
}

/** Every field that a flow can match or set and that the tracer knows: names, width, place in a packet (ovs-fields(7)). */

/** How a value is written. `port` is an OpenFlow port number or name. */
export type Notation =
  | 'decimal'
  | 'hex'
  | 'mac'
  | 'ipv4'
  | 'ipv6'
  | 'port'
  | 'ct-state'
  | 'tcp-flags'
  | 'tun-flags'
  | 'frag'

/** What a packet must be to have the field. */
export type Prerequisite =
  | 'none'
  | 'vlan'
  | 'arp'
  | 'ipv4'
  | 'ipv6'
  | 'ip'
  /** IP of any protocol, a first fragment or none: what `mod_tp_src` asks for. */
  | 'ports'
  | 'tcp'
  | 'udp'
  | 'sctp'
  | 'icmp'
  | 'icmp6'
  | 'nd'
  | 'nd-solicit'
  | 'nd-advert'

export interface Field {
  readonly name: string
  /** First of its 32-bit words in a packet, most significant first. */
  readonly word: number
  /** Width in bits. */
  readonly bits: number
  /** Place of its lowest bit in its word; 0 for fields of more than one word. */
  readonly shift: number
  readonly notation: Notation
  readonly needs: Prerequisite
}

let words = 0
const byName = new Map<string, Field>()
const ordered: Field[] = []

/** A new field in words of its own. */
const field = (names: string, bits: number, notation: Notation, needs: Prerequisite = 'none'): number => {
  const word = words
  words += Math.ceil(bits / 32)
  alias(names, word, bits, 0, notation, needs)
  return word
}
/** Another name, or a part, of words that are there already. */
function alias(
  names: string,
  word: number,
  bits: number,
  shift: number,
  notation: Notation,
  needs: Prerequisite = 'none',
): void {
  const all = names.split(' ')
  const made: Field = { name: all[0] ?? '', word, bits, shift, notation, needs }
  ordered.push(made)
  for (const name of all) byName.set(name.toLowerCase(), made)
}

const inPort = field('in_port NXM_OF_IN_PORT OXM_OF_IN_PORT in_port_oxm', 32, 'port')
const tunId = field('tun_id tunnel_id NXM_NX_TUN_ID OXM_OF_TUNNEL_ID', 64, 'hex')
const tunSrc = field('tun_src NXM_NX_TUN_IPV4_SRC', 32, 'ipv4')
const tunDst = field('tun_dst NXM_NX_TUN_IPV4_DST', 32, 'ipv4')
const tunIpv6Src = field('tun_ipv6_src NXM_NX_TUN_IPV6_SRC', 128, 'ipv6')
const tunIpv6Dst = field('tun_ipv6_dst NXM_NX_TUN_IPV6_DST', 128, 'ipv6')
field('tun_flags NXM_NX_TUN_FLAGS', 16, 'tun-flags')
field('tun_gbp_id NXM_NX_TUN_GBP_ID', 16, 'decimal')
field('tun_gbp_flags NXM_NX_TUN_GBP_FLAGS', 8, 'hex')
field('tun_tos', 8, 'decimal')
const tunLast = field('tun_ttl', 8, 'decimal')
const metadata = field('metadata OXM_OF_METADATA', 64, 'hex')
const reg0 = words
for (let i = 0; i < 16; i++) field(`reg${i} NXM_NX_REG${i}`, 32, 'hex')
for (let i = 0; i < 8; i++) alias(`xreg${i} OXM_OF_PKT_REG${i}`, reg0 + 2 * i, 64, 0, 'hex')
for (let i = 0; i < 4; i++) alias(`xxreg${i} NXM_NX_XXREG${i}`, reg0 + 4 * i, 128, 0, 'hex')
const pktMark = field('pkt_mark NXM_NX_PKT_MARK', 32, 'hex')
field('skb_priority', 32, 'hex')
field('dp_hash NXM_NX_DP_HASH', 32, 'hex')
field('recirc_id NXM_NX_RECIRC_ID', 32, 'decimal')
field('packet_type OXM_OF_PACKET_TYPE', 32, 'hex')
const conjId = field('conj_id NXM_NX_CONJ_ID', 32, 'decimal')
const actsetOutput = field('actset_output ONFOXM_ET_ACTSET_OUTPUT', 32, 'port')
const ctState = field('ct_state NXM_NX_CT_STATE', 32, 'ct-state')
const ctZone = field('ct_zone NXM_NX_CT_ZONE', 16, 'hex')
const ctMark = field('ct_mark NXM_NX_CT_MARK', 32, 'hex')
const ctLabel = field('ct_label NXM_NX_CT_LABEL', 128, 'hex')
const ctNwProto = field('ct_nw_proto NXM_NX_CT_NW_PROTO', 8, 'decimal')
const ctNwSrc = field('ct_nw_src NXM_NX_CT_NW_SRC', 32, 'ipv4')
const ctNwDst = field('ct_nw_dst NXM_NX_CT_NW_DST', 32, 'ipv4')
const ctIpv6Src = field('ct_ipv6_src NXM_NX_CT_IPV6_SRC', 128, 'ipv6')
const ctIpv6Dst = field('ct_ipv6_dst NXM_NX_CT_IPV6_DST', 128, 'ipv6')
const ctTpSrc = field('ct_tp_src NXM_NX_CT_TP_SRC', 16, 'decimal')
const ctTpDst = field('ct_tp_dst NXM_NX_CT_TP_DST', 16, 'decimal')
const ethSrc = field('dl_src eth_src NXM_OF_ETH_SRC OXM_OF_ETH_SRC', 48, 'mac')
const ethDst = field('dl_dst eth_dst NXM_OF_ETH_DST OXM_OF_ETH_DST', 48, 'mac')
const ethType = field('dl_type eth_type NXM_OF_ETH_TYPE OXM_OF_ETH_TYPE', 16, 'hex')
const vlanTci = field('vlan_tci NXM_OF_VLAN_TCI', 16, 'hex')
const vlanTci1 = field('vlan_tci1', 16, 'hex')
const vlanTpid = field('vlan_tpid', 16, 'hex')
const vlanTpid1 = field('vlan_tpid1', 16, 'hex')
alias('vlan_vid OXM_OF_VLAN_VID', vlanTci, 13, 0, 'decimal')
alias('vlan_pcp OXM_OF_VLAN_PCP', vlanTci, 3, 13, 'decimal', 'vlan')
alias('dl_vlan_pcp', vlanTci, 3, 13, 'decimal')
alias('dl_vlan', vlanTci, 12, 0, 'decimal')
alias('dl_vlan_pcp1', vlanTci1, 3, 13, 'decimal')
alias('dl_vlan1', vlanTci1, 12, 0, 'decimal')
const nwSrc = field('nw_src ip_src NXM_OF_IP_SRC OXM_OF_IPV4_SRC', 32, 'ipv4', 'ipv4')
const nwDst = field('nw_dst ip_dst NXM_OF_IP_DST OXM_OF_IPV4_DST', 32, 'ipv4', 'ipv4')
alias('arp_spa NXM_OF_ARP_SPA OXM_OF_ARP_SPA', nwSrc, 32, 0, 'ipv4', 'arp')
alias('arp_tpa NXM_OF_ARP_TPA OXM_OF_ARP_TPA', nwDst, 32, 0, 'ipv4', 'arp')
const ipv6Src = field('ipv6_src NXM_NX_IPV6_SRC OXM_OF_IPV6_SRC', 128, 'ipv6', 'ipv6')
const ipv6Dst = field('ipv6_dst NXM_NX_IPV6_DST OXM_OF_IPV6_DST', 128, 'ipv6', 'ipv6')
field('ipv6_label NXM_NX_IPV6_LABEL OXM_OF_IPV6_FLABEL', 20, 'hex', 'ipv6')
const nwProto = field('nw_proto ip_proto NXM_OF_IP_PROTO OXM_OF_IP_PROTO', 8, 'decimal', 'ip')
alias('arp_op NXM_OF_ARP_OP OXM_OF_ARP_OP', nwProto, 8, 0, 'decimal', 'arp')
const nwTos = words++
alias('ip_dscp OXM_OF_IP_DSCP', nwTos, 6, 2, 'decimal', 'ip')
alias('nw_ecn ip_ecn NXM_NX_IP_ECN OXM_OF_IP_ECN', nwTos, 2, 0, 'decimal', 'ip')
alias('nw_tos NXM_OF_IP_TOS', nwTos, 8, 0, 'decimal', 'ip')
const nwTtl = field('nw_ttl NXM_NX_IP_TTL', 8, 'decimal', 'ip')
const nwFrag = field('nw_frag ip_frag NXM_NX_IP_FRAG', 2, 'frag', 'ip')
const tpSrc = field('tp_src', 16, 'decimal')
const tpDst = field('tp_dst', 16, 'decimal')
for (const [protocol, nxm] of [
  ['tcp', 'NXM_OF'],
  ['udp', 'NXM_OF'],
  ['sctp', 'OXM_OF'],
] as const) {
  const upper = protocol.toUpperCase()
  alias(`${protocol}_src ${nxm}_${upper}_SRC OXM_OF_${upper}_SRC`, tpSrc, 16, 0, 'decimal', protocol)
  alias(`${protocol}_dst ${nxm}_${upper}_DST OXM_OF_${upper}_DST`, tpDst, 16, 0, 'decimal', protocol)
}
alias('icmp_type NXM_OF_ICMP_TYPE OXM_OF_ICMPV4_TYPE', tpSrc, 8, 0, 'decimal', 'icmp')
alias('icmp_code NXM_OF_ICMP_CODE OXM_OF_ICMPV4_CODE', tpDst, 8, 0, 'decimal', 'icmp')
alias('icmpv6_type NXM_NX_ICMPV6_TYPE OXM_OF_ICMPV6_TYPE', tpSrc, 8, 0, 'decimal', 'icmp6')
alias('icmpv6_code NXM_NX_ICMPV6_CODE OXM_OF_ICMPV6_CODE', tpDst, 8, 0, 'decimal', 'icmp6')
const tcpFlags = field('tcp_flags NXM_NX_TCP_FLAGS ONFOXM_ET_TCP_FLAGS', 12, 'tcp-flags', 'tcp')
const arpSha = field('arp_sha NXM_NX_ARP_SHA OXM_OF_ARP_SHA', 48, 'mac', 'arp')
const arpTha = field('arp_tha NXM_NX_ARP_THA OXM_OF_ARP_THA', 48, 'mac', 'arp')
alias('nd_sll NXM_NX_ND_SLL OXM_OF_IPV6_ND_SLL', arpSha, 48, 0, 'mac', 'nd-solicit')
alias('nd_tll NXM_NX_ND_TLL OXM_OF_IPV6_ND_TLL', arpTha, 48, 0, 'mac', 'nd-advert')
const ndTarget = field('nd_target NXM_NX_ND_TARGET OXM_OF_IPV6_ND_TARGET', 128, 'ipv6', 'nd')
field('nd_reserved ERICOXM_OF_ICMPV6_ND_RESERVED', 32, 'decimal', 'nd')
field('nd_options_type ERICOXM_OF_ICMPV6_ND_OPTIONS_TYPE', 8, 'decimal', 'nd')

/** Where the words of a packet are that the tracer itself looks at. */
export const at = {
  inPort,
  tunId,
  tunSrc,
  tunDst,
  tunIpv6Src,
  tunIpv6Dst,
  tunLast,
  metadata,
  reg0,
  pktMark,
  conjId,
  actsetOutput,
  ctState,
  ctZone,
  ctMark,
  ctLabel,
  ctNwProto,
  ctNwSrc,
  ctNwDst,
  ctIpv6Src,
  ctIpv6Dst,
  ctTpSrc,
  ctTpDst,
  ethSrc,
  ethDst,
  ethType,
  vlanTci,
  vlanTci1,
  vlanTpid,
  vlanTpid1,
  nwSrc,
  nwDst,
  ipv6Src,
  ipv6Dst,
  nwProto,
  nwTos,
  nwTtl,
  nwFrag,
  tpSrc,
  tpDst,
  tcpFlags,
  arpSha,
  arpTha,
  ndTarget,
} as const

/** Length of a packet in words. */
export const WORDS = words

/** By any of its names: `dl_src`, `eth_src`, `NXM_OF_ETH_SRC`. */
export const fieldNamed = (name: string): Field | undefined => byName.get(name) ?? byName.get(name.toLowerCase())

/** In the order in which a packet is printed. */
export const allFields: readonly Field[] = ordered

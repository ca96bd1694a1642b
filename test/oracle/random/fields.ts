/**
 * What a random flow matches and sets, and what a random packet carries. All values come from small pools that flows
 * and packets share, so that matches happen.
 */
export interface Field {
  /** In a match and in a packet. */
  readonly name: string
  readonly values: readonly string[]
  /** None where OVS takes no mask. */
  readonly masks?: readonly string[]
  /** In `set_field`, where it may be set. */
  readonly sets?: string
  /** In `move` and `load`: the name and how many bits. */
  readonly nxm?: readonly [name: string, bits: number]
  /** Only in matches: packets cannot be asked to carry it, or say it otherwise. */
  readonly onlyMatched?: true
}

const macs = ['0a:00:00:00:00:01', '0a:00:00:00:00:02', '0a:00:00:00:01:03', 'ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:05']
const macMasks = ['ff:ff:ff:ff:ff:ff', 'ff:ff:ff:00:00:00', '01:00:00:00:00:00', '00:00:00:00:ff:03']
const ips = ['10.0.0.1', '10.0.0.2', '10.0.1.1', '192.168.0.1', '224.0.0.5', '255.255.255.255']
const ipMasks = ['255.255.255.255', '255.255.255.0', '255.0.0.0', '0.0.0.3', '255.0.255.0']
const ip6s = ['fd00::1', 'fd00::2', 'fe80::1', 'ff02::1', 'ff02::1:ff00:1']
const ip6Masks = ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'ffff::', 'ffff:ffff:ffff:ffff::', '::3']
const ports = ['53', '67', '68', '80', '443', '1027']
const portMasks = ['0xffff', '0xfff0', '0xff00', '0x1']
const numbers = ['0', '1', '2', '3', '7', '0x1234', '0x80000001']
const masks32 = ['0xffffffff', '0xff', '0x1', '0xf0', '0x80000002']
const wide = [...numbers, '0x123400000001']
const masks64 = [...masks32, '0xffffffffffffffff', '0xff0000000000']
const tags = ['0', '5', '7', '8', '4095']

const repeat = (count: number, field: (n: number) => Field) => Array.from({ length: count }, (_, n) => field(n))
const mac = (name: string, sets: string, nxm: string): Field => ({
  name,
  values: macs,
  masks: macMasks,
  sets,
  nxm: [nxm, 48],
})
const ip = (name: string, sets: string, nxm: string): Field => ({
  name,
  values: ips,
  masks: ipMasks,
  sets,
  nxm: [nxm, 32],
})
const ip6 = (name: string, sets: string, nxm: string): Field => ({
  name,
  values: ip6s,
  masks: ip6Masks,
  sets,
  nxm: [nxm, 128],
})
const small = (name: string, values: readonly string[], sets?: string, nxm?: readonly [string, number]): Field => ({
  ...{ name, values },
  ...(sets && { sets }),
  ...(nxm && { nxm }),
})

const ethernet = [mac('dl_src', 'eth_src', 'NXM_OF_ETH_SRC'), mac('dl_dst', 'eth_dst', 'NXM_OF_ETH_DST')]
const registers = repeat(4, (n) => ({
  ...{ name: `reg${n}`, values: numbers, masks: masks32, sets: `reg${n}`, nxm: [`NXM_NX_REG${n}`, 32] as const },
}))
const wideRegisters: readonly Field[] = [
  { name: 'metadata', values: wide, masks: masks64, sets: 'metadata', nxm: ['OXM_OF_METADATA', 64] },
  { name: 'xreg0', values: wide, masks: masks64, sets: 'xreg0', nxm: ['OXM_OF_PKT_REG0', 64], onlyMatched: true },
  { name: 'xreg1', values: wide, masks: masks64, sets: 'xreg1', nxm: ['OXM_OF_PKT_REG1', 64], onlyMatched: true },
  { name: 'xxreg0', values: wide, masks: masks64, sets: 'xxreg0', nxm: ['NXM_NX_XXREG0', 128], onlyMatched: true },
  { name: 'xxreg1', values: wide, masks: masks64, sets: 'xxreg1', nxm: ['NXM_NX_XXREG1', 128] },
  { name: 'pkt_mark', values: numbers, masks: masks32, sets: 'pkt_mark', nxm: ['NXM_NX_PKT_MARK', 32] },
]
const tunnel: readonly Field[] = [
  { name: 'tun_id', values: wide, masks: masks64, sets: 'tun_id', nxm: ['NXM_NX_TUN_ID', 64] },
  { name: 'tun_src', values: ['10.255.0.2', '10.255.0.3'], masks: ipMasks, sets: 'tun_src' },
  { name: 'tun_dst', values: ['10.255.0.2', '10.255.0.4'], masks: ipMasks, sets: 'tun_dst' },
]
const vlan: readonly Field[] = [
  { name: 'dl_vlan', values: tags },
  { name: 'dl_vlan_pcp', values: ['0', '3', '7'] },
  {
    name: 'vlan_tci',
    values: ['0x1005', '0x1007', '0x7005', '0'],
    masks: ['0x1fff', '0x1000', '0xffff', '0xf000', '0x1001'],
    onlyMatched: true,
    nxm: ['NXM_OF_VLAN_TCI', 16],
  },
  {
    name: 'vlan_vid',
    values: ['0x1005', '0x1007', '0x1008', '0'],
    masks: ['0x1fff', '0x1000', '0x1001'],
    onlyMatched: true,
  },
]
const conntrack: readonly Field[] = [
  {
    name: 'ct_state',
    values: ['+trk', '-trk', '+trk+new', '+trk+est', '+trk+est-rel', '-new+est', '+trk-inv', '+rpl+trk', '+inv+trk'],
    onlyMatched: true,
  },
  { name: 'ct_zone', values: ['0', '1', '5'], nxm: ['NXM_NX_CT_ZONE', 16] },
  { name: 'ct_mark', values: numbers, masks: masks32, nxm: ['NXM_NX_CT_MARK', 32] },
  { name: 'ct_label', values: wide, masks: masks64, nxm: ['NXM_NX_CT_LABEL', 128] },
]
const anyIp: readonly Field[] = [
  small('nw_tos', ['0', '32', '184'], undefined, ['NXM_OF_IP_TOS', 8]),
  { name: 'ip_dscp', values: ['0', '8', '46'], sets: 'ip_dscp', onlyMatched: true },
  small('nw_ecn', ['0', '1', '3'], 'ip_ecn', ['NXM_NX_IP_ECN', 2]),
  small('nw_ttl', ['1', '2', '64'], 'nw_ttl', ['NXM_NX_IP_TTL', 8]),
  { name: 'ip_frag', values: ['no', 'yes', 'first', 'later', 'not_later'], onlyMatched: true },
]
const ip4 = [ip('nw_src', 'ip_src', 'NXM_OF_IP_SRC'), ip('nw_dst', 'ip_dst', 'NXM_OF_IP_DST')]
const ip6Fields: readonly Field[] = [
  ip6('ipv6_src', 'ipv6_src', 'NXM_NX_IPV6_SRC'),
  ip6('ipv6_dst', 'ipv6_dst', 'NXM_NX_IPV6_DST'),
  { name: 'ipv6_label', values: ['0', '5', '0xfffff'], masks: ['0xfffff', '0x1'], sets: 'ipv6_label' },
]
const transport = (name: 'tcp' | 'udp' | 'sctp'): readonly Field[] => {
  const nxm = (end: string) => (name === 'sctp' ? `OXM_OF_SCTP_${end}` : `NXM_OF_${name.toUpperCase()}_${end}`)
  return [
    { name: 'tp_src', values: ports, masks: portMasks, sets: `${name}_src`, nxm: [nxm('SRC'), 16] },
    { name: 'tp_dst', values: ports, masks: portMasks, sets: `${name}_dst`, nxm: [nxm('DST'), 16] },
  ]
}
const flags: Field = {
  name: 'tcp_flags',
  values: ['+syn', '+syn-ack', '+ack', '-rst', '0x12', '0x10/0x10'],
  onlyMatched: true,
}
const arp: readonly Field[] = [
  small('arp_op', ['1', '2', '3'], 'arp_op', ['NXM_OF_ARP_OP', 16]),
  ip('arp_spa', 'arp_spa', 'NXM_OF_ARP_SPA'),
  ip('arp_tpa', 'arp_tpa', 'NXM_OF_ARP_TPA'),
  mac('arp_sha', 'arp_sha', 'NXM_NX_ARP_SHA'),
  mac('arp_tha', 'arp_tha', 'NXM_NX_ARP_THA'),
]
const icmp = [small('icmp_type', ['0', '8'], 'icmp_type'), small('icmp_code', ['0', '1'], 'icmp_code')]
const icmp6 = [
  small('icmp_type', ['128', '129', '135', '136'], 'icmpv6_type'),
  small('icmp_code', ['0', '1'], 'icmpv6_code'),
]
const solicited: readonly Field[] = [
  ip6('nd_target', 'nd_target', 'NXM_NX_ND_TARGET'),
  mac('nd_sll', 'nd_sll', 'NXM_NX_ND_SLL'),
]
const advertised: readonly Field[] = [
  ip6('nd_target', 'nd_target', 'NXM_NX_ND_TARGET'),
  mac('nd_tll', 'nd_tll', 'NXM_NX_ND_TLL'),
]

/** Fields that any packet has. */
export const common = { ethernet, vlan, registers, wideRegisters, tunnel, conntrack }

const four = [...anyIp, ...ip4]
const six = [...anyIp, ...ip6Fields]

/** What is matched besides, by the words that say which packets it is about. */
export const protocols: Readonly<Record<string, readonly Field[]>> = {
  '': [],
  'dl_type=0x88cc': [],
  arp,
  ip: [...four, small('nw_proto', ['1', '6', '17', '47'])],
  ipv6: [...six, small('nw_proto', ['6', '17', '58', '47'])],
  icmp: [...four, ...icmp],
  tcp: [...four, ...transport('tcp'), flags],
  udp: [...four, ...transport('udp')],
  sctp: [...four, ...transport('sctp')],
  icmp6: [...six, ...icmp6],
  tcp6: [...six, ...transport('tcp'), flags],
  udp6: [...six, ...transport('udp')],
  sctp6: [...six, ...transport('sctp')],
  'icmp6,icmp_type=135,icmp_code=0': [...six, ...solicited],
  'icmp6,icmp_type=136,icmp_code=0': [...six, ...advertised],
}

export const isIp = (protocol: string) => /^(ip|icmp|tcp|udp|sctp)/.test(protocol)
export const isIp4 = (protocol: string) => /^(ip|icmp|tcp|udp|sctp)$/.test(protocol)
export const transportOf = (protocol: string) => /^(tcp|udp|sctp)6?$/.exec(protocol)?.[1]

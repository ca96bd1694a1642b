/** Names of protocols in security group rules (neutron_lib/constants.py, IP_PROTOCOL_MAP). */
const NUMBERS: Readonly<Record<string, number>> = {
  ...{ icmp: 1, igmp: 2, ipip: 4, tcp: 6, egp: 8, udp: 17, dccp: 33, 'ipv6-encap': 41, 'ipv6-route': 43 },
  ...{ 'ipv6-frag': 44, rsvp: 46, gre: 47, esp: 50, ah: 51, icmpv6: 58, 'ipv6-icmp': 58, 'ipv6-nonxt': 59 },
  ...{ 'ipv6-opts': 60, ospf: 89, vrrp: 112, pgm: 113, sctp: 132, udplite: 136 },
}

/** `icmp` of an IPv6 rule is ICMPv6. `undefined`: a name that we do not know. */
export function protocolNumber(name: string, ethertype: 'IPv4' | 'IPv6'): number | undefined {
  const number = /^\d{1,3}$/.test(name) ? Number(name) : NUMBERS[name.toLowerCase()]
  return number === NUMBERS.icmp && ethertype === 'IPv6' ? NUMBERS.icmpv6 : number
}

/** As a flow's match says it: `tcp`, `udp6`, `ip,nw_proto=112`. */
export function protocolWords(protocol: number | undefined, ethertype: 'IPv4' | 'IPv6'): string {
  const [ip, suffix] = ethertype === 'IPv6' ? ['ipv6', '6'] : ['ip', '']
  if (protocol === undefined) return ip
  if (protocol === (ethertype === 'IPv6' ? NUMBERS.icmpv6 : NUMBERS.icmp)) return `icmp${suffix}`
  const name = (['tcp', 'udp', 'sctp'] as const).find((each) => NUMBERS[each] === protocol)
  return name === undefined ? `${ip},nw_proto=${protocol}` : `${name}${suffix}`
}

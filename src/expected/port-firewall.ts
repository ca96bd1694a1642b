import { say } from '../core/lang.ts'
import type { PortFacts } from './port.ts'
import { type Span, writes } from './release.ts'
import { flow, type Form, type Row } from './row.ts'

/** The openvswitch firewall's flows of one port (openvswitch_firewall/firewall.py); its rules are in `rules.ts`. */

type Shape = Pick<Row, 'form' | 'or'> & Partial<Pick<Row, 'why'>>

export function filteredForms(port: PortFacts, release: Span): readonly Shape[] {
  const plain = [...entry(port), ...leaving(port), ...arriving(port, release)].map((form) => ({ form }))
  const versions = [physical, asking, neighbours].flatMap((forms) => forms(port, release))
  return [...plain, ...versions, ...tracked(port)]
}

/** A port without port security, and ports of Neutron itself: nothing is filtered. */
export const trustedForms = ({ ofport, local }: Pick<PortFacts, 'ofport' | 'local'>): readonly Shape[] =>
  [
    flow(60, 100, `in_port=${ofport}`, `${load(5, ofport)},${load(6, local)},resubmit(,73)`),
    flow(73, 80, reg(5, ofport), 'resubmit(,94)'),
  ].map((form) => ({ form }))

function entry({ ofport, local, ...port }: PortFacts): readonly Form[] {
  const loaded = `${load(5, ofport)},${load(6, local)}`
  return [
    flow(60, 100, `in_port=${ofport}`, `${loaded},resubmit(,71)`),
    ...macsOf(port).flatMap((mac) => [
      flow(60, 90, `dl_vlan=${local},dl_dst=${mac}`, `${loaded},strip_vlan,resubmit(,81)`),
      flow(73, 100, `${reg(6, local)},dl_dst=${mac}`, `${load(5, ofport)},resubmit(,81)`),
    ]),
  ]
}

/**
 * Frames that still have the VLAN of the wire on them, as distributed routing alone hands them over (its flow of table 60
 * is `install_dvr_to_src_mac` in openflow/native/br_int.py). An agent of Neutron 21 leaves this flow out from the moment
 * a port gets another ofport between two of its rounds until it is restarted (`get_or_create_ofport`).
 */
function physical({ ofport, local, wire, ...port }: PortFacts, release: Span): readonly Shape[] {
  if (wire === undefined || writes(release, 15) !== 'always') return []
  const [vlan, strip] = wire === 'untagged' ? ['vlan_tci=0x0000/0x1fff', ''] : [`dl_vlan=${wire}`, 'strip_vlan,']
  return macsOf(port).map((mac) => ({
    form: flow(60, 90, `${vlan},dl_dst=${mac}`, `${load(5, ofport)},${load(6, local)},${strip}resubmit(,81)`),
    why: say(
      'Without it, what a distributed router sends to the VM goes past the firewall; nothing else needs it.',
      '缺了它，分布式路由器发给虚拟机的报文会绕过防火墙；其他流量不需要它。',
    ),
  }))
}

function leaving({ ofport, pairs }: PortFacts): readonly Form[] {
  const own = `${reg(5, ofport)},in_port=${ofport}`
  const own4 = pairs.filter(({ ip }) => !isV6(ip))
  return [
    ...own4.flatMap(({ mac, ip }) => [
      flow(71, 95, `arp,${own},dl_src=${mac},arp_spa=${ip}`, 'resubmit(,94)'),
      flow(71, 65, `ip,${own},dl_src=${mac},nw_src=${ip}`, TO_RULES),
    ]),
    ...pairs
      .filter(({ ip }) => isV6(ip))
      .map(({ mac, ip }) => flow(71, 65, `ipv6,${own},dl_src=${mac},ipv6_src=${ip}`, TO_RULES)),
    ...['udp,tp_src=67,tp_dst=68', 'udp6,tp_src=547,tp_dst=546', 'icmp6,icmp_type=134'].map((what) =>
      flow(71, 70, `${what},${own}`, 'resubmit(,93)'),
    ),
    flow(71, 10, own, 'ct_clear,resubmit(,93)'),
    ...['ip', 'ipv6'].map((ip) => flow(73, 90, `ct_state=+new-est,${ip},${reg(5, ofport)}`, `${COMMIT},resubmit(,91)`)),
    flow(73, 80, reg(5, ofport), 'resubmit(,94)'),
  ]
}

const TO_RULES = 'ct(table=72,zone=NXM_NX_REG6[0..15])'
export const COMMIT = 'ct(commit,zone=NXM_NX_REG6[0..15])'

/** From 19.0, and from minor releases of 16 on, only with the VM's own addresses or none. */
function asking({ ofport, mac, pairs }: PortFacts, release: Span): readonly Shape[] {
  const own = `${reg(5, ofport)},in_port=${ofport}`
  const any = [
    flow(71, 80, `udp,${own},tp_src=68,tp_dst=67`, 'resubmit(,73)'),
    flow(71, 80, `udp6,${own},tp_src=546,tp_dst=547`, 'resubmit(,73)'),
  ]
  if (release.to < 16) return any.map((form) => ({ form }))
  const or = release.from < 19 ? { or: any } : {}
  const sources = [{ mac, ip: '0.0.0.0' }, ...pairs]
  return sources.map(({ mac: from, ip }) => ({
    form: isV6(ip)
      ? flow(71, 80, `udp6,${own},dl_src=${from},ipv6_src=${ip},tp_src=546,tp_dst=547`, 'resubmit(,73)')
      : flow(71, 80, `udp,${own},dl_src=${from},nw_src=${ip},tp_src=68,tp_dst=67`, 'resubmit(,73)'),
    ...or,
  }))
}

/** Types of ICMPv6 without which there is no IPv6: 130 MLD query, 133 and 135 solicitations, 136 advertisement. */
function neighbours({ ofport, mac, pairs }: PortFacts, release: Span): readonly Shape[] {
  const own = `${reg(5, ofport)},in_port=${ofport}`
  const pass = (match: string) => flow(71, 95, match, 'resubmit(,94)')
  const any = (type: number) => pass(`icmp6,${own},icmp_type=${type}`)
  if (release.to < 16) return [130, 133, 135, 136].map((type) => ({ form: any(type) }))
  const or = (type: number) => (release.from < 19 ? { or: [any(type)] } : {})
  const all = [{ mac, ip: linkLocal(mac) }, ...pairs.filter(({ ip }) => isV6(ip))]
  return all.flatMap(({ mac: from, ip }) => [
    ...[130, 133, 135].map((type) => ({
      form: pass(`icmp6,${own},dl_src=${from},ipv6_src=${ip},icmp_type=${type}`),
      ...or(type),
    })),
    { form: pass(`icmp6,${own},icmp_type=136,nd_target=${ip}`), ...or(136) },
  ])
}

function arriving({ ofport }: PortFacts, release: Span): readonly Form[] {
  const out = `output:${ofport}`
  const own = reg(5, ofport)
  const advertisement = writes(release, 21) === 'always' ? [134] : []
  return [
    flow(81, 100, `arp,${own}`, out),
    ...[130, ...advertisement, 135, 136].map((type) => flow(81, 100, `icmp6,${own},icmp_type=${type}`, out)),
    flow(81, 95, `udp,${own},tp_src=67,tp_dst=68`, out),
    flow(81, 95, `udp6,${own},tp_src=547,tp_dst=546`, out),
    ...['ip', 'ipv6'].map((ip) => flow(81, 90, `ct_state=-trk,${ip},${own}`, 'ct(table=82,zone=NXM_NX_REG6[0..15])')),
    flow(81, 80, `ct_state=+trk,${own}`, 'resubmit(,82)'),
  ]
}

/** Connections that are known already, on either side of the rules. */
const tracked = (port: PortFacts): readonly Shape[] => [
  ...trackedIn(72, port, ['resubmit(,94)']),
  // Where flows are offloaded to the NIC, NORMAL takes the place of the port.
  ...trackedIn(82, port, [`output:${port.ofport}`, `mod_vlan_vid:${port.local},NORMAL`]),
]

function trackedIn(table: number, { ofport, local }: PortFacts, accept: readonly string[]): readonly Shape[] {
  const own = reg(5, ofport)
  const accepted = ['+est-rel+rpl', '-new-est+rel-inv'].map((state): Shape => {
    const match = `ct_state=${state},ct_zone=${local},ct_mark=0,${own}`
    const [actions = '', ...others] = accept
    return { form: flow(table, 50, match, actions), or: others.map((other) => flow(table, 50, match, other)) }
  })
  const refused = [
    flow(table, 50, 'ct_state=+inv+trk', 'resubmit(,93)'),
    flow(table, 50, `ct_mark=0x1,${own}`, 'resubmit(,93)'),
    flow(table, 40, `ct_state=-est,${own}`, 'resubmit(,93)'),
    ...['ip', 'ipv6'].map((ip) => flow(table, 40, `ct_state=+est,${ip},${own}`, MARK)),
  ]
  return [...accepted, ...refused.map((form) => ({ form }))]
}

/** A connection that was let in by a rule which is gone. */
const MARK = 'ct(commit,zone=NXM_NX_REG6[0..15],exec(load:0x1->NXM_NX_CT_MARK[]))'

/** Every MAC with which the VM may send. */
export const macsOf = ({ mac, pairs }: Pick<PortFacts, 'mac' | 'pairs'>) => [
  ...new Set([mac, ...pairs.map((p) => p.mac)]),
]
const isV6 = (ip: string) => ip.includes(':')
const load = (register: number, value: number) => `load:0x${value.toString(16)}->NXM_NX_REG${register}[]`
export const reg = (register: number, value: number): string => `reg${register}=0x${value.toString(16)}`

/** RFC 4291, appendix A: fe80::/64 and the MAC as a modified EUI-64. */
export function linkLocal(mac: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(':').map((byte) => Number.parseInt(byte, 16))
  const groups = [((a ^ 2) << 8) | b, (c << 8) | 0xff, 0xfe00 | d, (e << 8) | f]
  return `fe80::${groups.map((group) => group.toString(16)).join(':')}`
}

import { say } from '../core/lang.ts'
import { derived, fact, type Parsed } from '../core/probe.ts'
import { portGroups, type Rule } from '../probes/api/security-groups.ts'
import { firewall } from '../probes/wiring/firewall.ts'
import { attachedVif } from '../probes/wiring/vif.ts'
import { COMMIT, reg } from './port-firewall.ts'
import { maskedPorts } from './port-range.ts'
import { protocolNumber, protocolWords } from './protocols.ts'
import { flow, type Form, type Row } from './row.ts'

/** The flows of security group rules, in tables 72 and 82 (openvswitch_firewall/rules.py). */
export interface RuleRows {
  readonly rows: readonly Row[]
  /** Rules for members of a group: their flows have numbers that the agent draws. */
  readonly withGroups: number
}

export const ruleRows = derived({
  id: 'expected-rules',
  needs: { groups: portGroups, vif: attachedVif, firewall },
  derive({ groups, vif, firewall: { kind } }): Parsed<RuleRows> {
    if (kind !== 'flows' || !groups.enforced) return fact({ rows: [], withGroups: 0 })
    const plain = groups.rules.filter((rule) => !isForMembers(rule))
    const rows = plain.flatMap((rule) =>
      formsOf(rule, vif.iface.ofport ?? 0).map((form) => rowOf(form, vif.integration)),
    )
    return fact({ rows, withGroups: groups.rules.length - plain.length })
  },
})

const isForMembers = (rule: Rule) => rule.remoteGroup !== undefined || rule.addressGroup !== undefined

const rowOf = (form: Form, bridge: string): Row => ({
  bridge,
  form,
  why: say('A rule of a security group of the port asks for it.', '端口的安全组规则要求有它。'),
})

export function formsOf(rule: Rule, ofport: number): readonly Form[] {
  const protocol = rule.protocol === undefined ? undefined : protocolNumber(rule.protocol, rule.ethertype)
  if (rule.protocol !== undefined && protocol === undefined) return []
  const common = [
    protocolWords(protocol, rule.ethertype),
    reg(5, ofport),
    ...(rule.prefix === undefined || rule.prefix.endsWith('/0') ? [] : [`${addressField(rule)}=${rule.prefix}`]),
  ].join(',')
  return details(rule, protocol).flatMap((detail) =>
    accepted(rule, ofport, 70 + offset(rule, protocol), [common, ...detail].join(',')),
  )
}

const addressField = ({ ethertype, direction }: Rule) =>
  `${ethertype === 'IPv6' ? 'ipv6' : 'nw'}_${direction === 'ingress' ? 'src' : 'dst'}`

const [ICMP, ICMP6] = [1, 58]
const isIcmp = (protocol: number | undefined) => protocol === ICMP || protocol === ICMP6
const WITH_PORTS = new Set([6, 17, 132])

/** The more a rule says, the higher it stands; 4 is added where it is for no group. */
function offset({ portMin, portMax }: Rule, protocol: number | undefined): number {
  if (protocol === undefined) return 4
  if (!isIcmp(protocol)) return 7
  return portMin === undefined ? 5 : portMax === undefined ? 6 : 7
}

/** Ports, or type and code of ICMP: one list of words for each flow that they take. */
function details({ portMin, portMax }: Rule, protocol: number | undefined): readonly (readonly string[])[] {
  if (portMin === undefined) return [[]]
  if (isIcmp(protocol)) return [[`icmp_type=${portMin}`, ...(portMax === undefined ? [] : [`icmp_code=${portMax}`])]]
  if (portMax === undefined || protocol === undefined || !WITH_PORTS.has(protocol)) return [[]]
  return maskedPorts(portMin, portMax).map((ports) => [`tp_dst=${ports}`])
}

/** Connections that are there already, and new ones. */
function accepted(rule: Rule, ofport: number, priority: number, match: string): readonly Form[] {
  const [table, open, fresh] =
    rule.direction === 'ingress'
      ? [82, `output:${ofport}`, `${COMMIT},output:${ofport},resubmit(,92)`]
      : [72, 'resubmit(,73)', 'resubmit(,73)']
  return [
    flow(table, priority, `ct_state=+est-rel-rpl,${match}`, open),
    flow(table, priority, `ct_state=+new-est,${match}`, fresh),
  ]
}

import { type Answer, type Evidence, originOf, reading } from '../../core/answer.ts'
import { securityGroupPath } from '../../core/paths.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { cloudProbe, derived, fact, get, maybe, type Parsed, problem } from '../../core/probe.ts'
import { listIn, numberOf, oneOf, type Resource, textOf } from './body.ts'
import { apiPort } from './port.ts'

export interface Rule {
  readonly direction: 'ingress' | 'egress'
  readonly ethertype: 'IPv4' | 'IPv6'
  /** Set where only members of a group are meant. */
  readonly remoteGroup?: string
  readonly addressGroup?: string
  /** `tcp`, `icmp`, `112`; absent: any. */
  readonly protocol?: string
  /** Ports, or type and code of ICMP. */
  readonly portMin?: number
  readonly portMax?: number
  /** CIDR of the other side. */
  readonly prefix?: string
  readonly source: Evidence
}
export interface SecurityGroup {
  readonly id: string
  readonly stateful: boolean
  readonly rules: readonly Rule[]
  /** Cited where a rule is not in it. */
  readonly whole: Evidence
}

/** Each group asked for by itself: one that this user may not see is an error then, and not a group without rules. */
const securityGroups = cloudProbe({
  id: 'security-groups',
  after: { port: apiPort },
  asks: ({ prior }) => (prior.port.groups ?? []).map((id) => get('network', securityGroupPath(id))),
  parse: (answers): Parsed<readonly SecurityGroup[]> => {
    const groups = answers.map((answer) => fromAnswer(answer, parseGroup))
    const failed = groups.find((g) => !g.ok)
    return failed && !failed.ok ? failed : fact(groups.flatMap((g) => (g.ok ? [g.fact] : [])))
  },
})

export function parseGroup(answer: Answer): Parsed<SecurityGroup> {
  const group = oneOf(answer, 'security_group')
  if (!group.ok) return group
  const id = textOf(group.fact, 'id')
  if (id === undefined || !Array.isArray(group.fact.body.security_group_rules))
    return problem('no id or rules in the security group', '安全组信息中没有 id 或规则')
  const rules = listIn(group.fact, 'security_group_rules', answer).map(toRule)
  if (rules.some((rule) => rule === undefined))
    return problem('a rule without direction or ethertype', '安全组规则中缺少 direction 或 ethertype')
  return fact({
    id,
    stateful: group.fact.body.stateful !== false,
    rules: rules as Rule[],
    whole: reading(id, answer.stdout.split('\n').find((line) => line.includes(id)) ?? '', originOf(answer)),
  })
}

function toRule(r: Resource): Rule | undefined {
  const [direction, ethertype, remoteGroup] = [
    textOf(r, 'direction'),
    textOf(r, 'ethertype'),
    textOf(r, 'remote_group_id'),
  ]
  if (direction !== 'ingress' && direction !== 'egress') return undefined
  if (ethertype !== 'IPv4' && ethertype !== 'IPv6') return undefined
  return {
    direction,
    ethertype,
    ...(remoteGroup ? { remoteGroup } : {}),
    ...detailsOf(r),
    source: r.cite('id'),
  }
}

function detailsOf(r: Resource): Partial<Rule> {
  const given = <K extends string, V>(key: K, value: V | undefined) => (value === undefined ? {} : { [key]: value })
  return {
    ...given('addressGroup', textOf(r, 'remote_address_group_id')),
    ...given('protocol', textOf(r, 'protocol')),
    ...given('portMin', numberOf(r, 'port_range_min')),
    ...given('portMax', numberOf(r, 'port_range_max')),
    ...given('prefix', textOf(r, 'remote_ip_prefix')),
  }
}

/** What the port's groups allow. */
export interface PortGroups {
  readonly groups: readonly SecurityGroup[]
  readonly rules: readonly Rule[]
  /** False where Neutron filters nothing of the port. */
  readonly enforced: boolean
  readonly portSecurity: Evidence
  /** Each group, to cite where a rule is in none; where there is no group, the port's word for it. */
  readonly whole: readonly Evidence[]
}

export const portGroups = derived({
  id: 'port-groups',
  needs: { port: apiPort, groups: maybe(securityGroups) },
  derive({ port, groups }): Parsed<PortGroups> {
    if (port.groups === undefined) return problem('the port shows no security groups', '端口信息中没有安全组')
    if (port.groups.length > 0 && port.portSecurity !== false && !groups.ok) return groups
    const known = groups.ok ? groups.fact : []
    return fact({
      groups: known,
      rules: known.flatMap((g) => g.rules),
      enforced: port.portSecurity !== false,
      portSecurity: port.cite('port_security_enabled'),
      whole: known.length > 0 ? known.map((g) => g.whole) : [port.cite('security_groups')],
    })
  },
})

import { without } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import { say } from '../../core/lang.ts'
import { every } from '../../core/probe.ts'
import { found, ruledOut, unknown, warning } from '../../core/verdict.ts'
import { portGroups } from '../../probes/api/security-groups.ts'
import { EGRESS_RULES, firewall } from '../../probes/wiring/firewall.ts'
import { integrationFlows } from '../../probes/wiring/flows.ts'
import { closedFault, familiesOf, hasRefused, isRuleRow, refusedBy } from '../security-rules.ts'

export default defineCause({
  id: 'sg-no-egress-rule',
  at: 'cloud',
  // Both drivers let DHCP and ARP of the VM itself pass, whatever the groups say.
  stops: { station: 'br-int', heading: 'out', conversations: [] },
  scope: ['security groups'],
  needs: { groups: portGroups, firewalls: every('compute', firewall), tables: every('compute', integrationFlows) },
  explainedBy: [],

  check({ groups: g, firewalls, tables }, { subject }) {
    if (!g.enforced) return ruledOut(g.portSecurity)
    const families = familiesOf(subject)
    const missing = families.filter((f) => !g.rules.some((r) => r.direction === 'egress' && r.ethertype === f))
    if (missing.length === 0)
      return ruledOut(
        ...g.rules
          .filter((r) => r.direction === 'egress')
          .map((r) => r.source)
          .slice(0, 3),
      )
    const detail = { families: missing.join(' / '), groups: g.groups.map((group) => group.id), packets: 0 }
    const because = g.whole.map((line) => without('"direction": "egress"', line))
    if (missing.length < families.length) return warning(detail, 'likely', ...because)
    const [fw, flows] = [firewalls[0]?.fact, tables[0]?.fact]
    if (!fw || !flows) return unknown('the port is bound to no host', '端口没有绑定到主机')
    if (!fw.ok) return unknown(fw.problem)
    if (!flows.ok) return unknown(flows.problem)
    const stateless = g.groups.some((group) => !group.stateful)
    if (fw.fact.kind !== 'flows' || stateless) return found(detail, 'possible', ...because, ...fw.fact.because)
    const allowed = fw.fact.rows(EGRESS_RULES).find(isRuleRow)
    if (allowed)
      return unknown(
        `br-int still has a flow that lets packets out: ${allowed.source.line.slice(0, 120)}`,
        `br-int 上还有放行的流表：${allowed.source.line.slice(0, 120)}`,
      )
    const refused = refusedBy(fw.fact, EGRESS_RULES)
    const table = without(`table=${EGRESS_RULES}, priority 70-77, reg5=${fw.fact.register}`, flows.fact.whole)
    if (!refused || !hasRefused(refused))
      return warning(detail, 'likely', ...because, table, ...(refused ? [refused.source] : []))
    return found({ ...detail, packets: refused.packets ?? 0 }, 'certain', refused.source, table, ...because)
  },

  fix: ({ groups, families }) => [
    {
      on: 'api',
      risk: 'none',
      run: [
        ...['openstack', 'security', 'group', 'rule', 'create', '--egress'],
        ...['--ethertype', families.split(' ')[0] ?? 'IPv4', groups[0] ?? '<GROUP>'],
      ],
      undo: ['openstack', 'security', 'group', 'rule', 'delete', '<RULE>'],
      say: say(
        'Allow the VM to send, if it should: this opens every port of the group.',
        '如果应当允许虚拟机外发，添加出方向规则；会对该安全组的所有端口生效。',
      ),
    },
  ],

  fault: ({ groups: g }, place) => closedFault(g, place, 'egress'),

  words: {
    en: {
      title: 'No security group of the port lets the VM send',
      why: 'DHCP and ARP always pass; every connection that the VM opens is refused on its host.',
      says: (d) =>
        `${d.groups.length === 0 ? 'The port has no security group' : `No group of the port has an egress rule for ${d.families}`}${d.packets > 0 ? `; ${d.packets} packets of the VM were refused` : ''}.`,
    },
    zh: {
      title: '端口的安全组没有出方向规则',
      why: 'DHCP 和 ARP 始终放行；虚拟机主动发起的连接在宿主机上被拒绝。',
      says: (d) =>
        `${d.groups.length === 0 ? '端口没有安全组' : `端口的所有安全组都没有 ${d.families} 的出方向规则`}${d.packets > 0 ? `；虚拟机已有 ${d.packets} 个报文被拒绝` : ''}。`,
    },
  },
})

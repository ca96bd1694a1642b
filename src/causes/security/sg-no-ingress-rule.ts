import { without } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import { say } from '../../core/lang.ts'
import { every } from '../../core/probe.ts'
import { found, ruledOut, unknown } from '../../core/verdict.ts'
import { portGroups } from '../../probes/api/security-groups.ts'
import { firewall, INGRESS_RULES } from '../../probes/wiring/firewall.ts'
import { integrationFlows } from '../../probes/wiring/flows.ts'
import { closedFault, familiesOf, hasRefused, isRuleRow, memberOf, refusedBy } from '../security-rules.ts'

export default defineCause({
  id: 'sg-no-ingress-rule',
  at: 'cloud',
  // Both drivers let answers to the VM's own DHCP and ARP pass, whatever the groups say.
  stops: { station: 'br-int', heading: 'in', conversations: [] },
  scope: ['security groups'],
  needs: { groups: portGroups, firewalls: every('compute', firewall), tables: every('compute', integrationFlows) },
  explainedBy: ['ovsfw-port-flows-missing'],

  check({ groups: g, firewalls, tables }, { subject }) {
    if (!g.enforced) return ruledOut(g.portSecurity)
    const families = familiesOf(subject)
    const ingress = g.rules.filter((r) => r.direction === 'ingress' && families.includes(r.ethertype))
    const open = ingress.find((r) => r.remoteGroup === undefined)
    if (open) return ruledOut(open.source)
    const [fw, flows] = [firewalls[0]?.fact, tables[0]?.fact]
    if (!fw || !flows) return unknown('the port is bound to no host', '端口没有绑定到主机')
    if (!fw.ok) return unknown(fw.problem)
    if (!flows.ok) return unknown(flows.problem)
    if (fw.fact.kind !== 'flows' || g.groups.some((group) => !group.stateful))
      return unknown(
        'only the openvswitch firewall counts what it refuses where this can be read',
        '只有 openvswitch 防火墙的拒绝计数可以读取',
      )
    const rows = fw.fact.rows(INGRESS_RULES).filter(isRuleRow)
    const member = memberOf(rows, flows.fact.flows, subject)
    if (member) return ruledOut(member.source)
    const refused = refusedBy(fw.fact, INGRESS_RULES)
    if (!refused) return unknown('the firewall has no counter of this port', '防火墙没有该端口的拒绝计数')
    if (!hasRefused(refused)) return ruledOut(refused.source)
    const because = g.whole.map((line) => without('"direction": "ingress"', line))
    const detail = {
      packets: refused.packets ?? 0,
      groups: g.groups.map((group) => group.id),
      members: ingress.length > 0,
    }
    return found(detail, 'likely', refused.source, ...because, ...ingress.map((r) => r.source))
  },

  fix: ({ groups }) => [
    {
      on: 'api',
      risk: 'none',
      run: [
        ...['openstack', 'security', 'group', 'rule', 'create', '--ingress', '--protocol', 'icmp'],
        groups[0] ?? '<GROUP>',
      ],
      undo: ['openstack', 'security', 'group', 'rule', 'delete', '<RULE>'],
      say: say(
        'If it should be reachable, allow what it serves (here: ping). This opens every port of the group.',
        '如果应当可以访问，放行所需的协议（示例：ping）；会对该安全组的所有端口生效。',
      ),
    },
  ],

  fault: ({ groups: g }, place) => closedFault(g, place, 'ingress'),

  words: {
    en: {
      title: 'No security group of the port lets anything in',
      why: 'The VM gets its address and reaches others; connections from outside are refused on its host.',
      says: (d) =>
        `${d.groups.length === 0 ? 'The port has no security group' : d.members ? 'The ingress rules of its groups are for members of groups that have no other member' : 'No group of the port has an ingress rule'}; ${d.packets} packets for the VM were refused.`,
    },
    zh: {
      title: '端口的安全组没有入方向规则',
      why: '虚拟机能拿到地址、能访问外部；从外部发起的连接在宿主机上被拒绝。',
      says: (d) =>
        `${d.groups.length === 0 ? '端口没有安全组' : d.members ? '入方向规则只允许组内成员，而组内没有其他成员' : '端口的所有安全组都没有入方向规则'}；已有 ${d.packets} 个发往虚拟机的报文被拒绝。`,
    },
  },
})

import { defineCause } from '../../core/cause.ts'
import { say } from '../../core/lang.ts'
import { found, ruledOut } from '../../core/verdict.ts'
import { dhcpAgents } from '../../probes/api/agents.ts'
import { isServed } from '../applies.ts'

export default defineCause({
  id: 'dhcp-network-unscheduled',
  at: 'cloud',
  stops: { station: 'DHCP namespace' },
  scope: ['network'],
  applies: isServed,
  needs: { hosting: dhcpAgents },
  explainedBy: ['subnet-dhcp-disabled'],

  check({ hosting }, { subject }) {
    const first = hosting.agents[0]
    if (first) return ruledOut(...hosting.agents.map((a) => a.cite('host')))
    return found({ network: subject.network.name || subject.network.id }, 'certain', hosting.whole)
  },

  fix: (_, { subject }) => [
    {
      on: 'api',
      risk: 'none',
      run: ['openstack', 'network', 'agent', 'add', 'network', '--dhcp', '<AGENT>', subject.network.id],
      undo: ['openstack', 'network', 'agent', 'remove', 'network', '--dhcp', '<AGENT>', subject.network.id],
      say: say(
        'Give the network to a DHCP agent that is alive (`openstack network agent list --agent-type dhcp`).',
        '把网络调度到一个存活的 dhcp agent（用 `openstack network agent list --agent-type dhcp` 查看）。',
      ),
    },
  ],

  fault: ({ hosting }, { subject }) =>
    hosting.agents.map((agent) => {
      const command = (verb: string) => [
        'openstack',
        'network',
        'agent',
        verb,
        'network',
        '--dhcp',
        agent.id,
        subject.network.id,
      ]
      return { on: 'api', run: command('remove'), undo: command('add') }
    }),

  words: {
    en: {
      title: 'No DHCP agent hosts the network',
      why: 'There is no namespace and no dnsmasq for it anywhere: every VM of the network asks in vain.',
      says: (d) => `Neutron has scheduled ${d.network} to no DHCP agent.`,
    },
    zh: {
      title: '网络没有被调度到任何 DHCP agent',
      why: '任何节点上都没有它的 namespace 和 dnsmasq，该网络的所有虚拟机都拿不到地址。',
      says: (d) => `Neutron 没有把网络 ${d.network} 调度到任何 dhcp agent。`,
    },
  },
})

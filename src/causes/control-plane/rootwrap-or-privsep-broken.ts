import { defineCause } from '../../core/cause.ts'
import { maybe } from '../../core/probe.ts'
import { found, ruledOut, unknown } from '../../core/verdict.ts'
import { usualLogs } from '../../probes/agents/log.ts'
import { privilegeLog } from '../../probes/agents/privilege-log.ts'
import { dhcpAgent } from '../../probes/wiring/agent-state.ts'
import { dhcpService } from '../../probes/wiring/dhcp-service.ts'
import { isServed } from '../applies.ts'
import { byHand, readLog, restartDhcpAgent } from '../remedies.ts'

export default defineCause({
  id: 'rootwrap-or-privsep-broken',
  at: 'dhcp',
  stops: { station: 'dnsmasq' },
  scope: ['port', 'network on host', 'host'],
  applies: isServed,
  needs: { service: dhcpService, log: maybe(privilegeLog), agent: dhcpAgent },
  explainedBy: ['subnet-dhcp-disabled', 'dhcp-network-unscheduled', 'disk-full'],

  check({ service, log, agent }, { subject }) {
    if (service.serves) return ruledOut(...service.evidence)
    if (!log.ok) return unknown(log.problem)
    const own = log.fact.findLast(({ source }) => source.line.includes(subject.network.id))
    const last = own ?? log.fact.at(-1)
    if (!last) return ruledOut(...agent.evidence)
    // Of another network it may be another story.
    return found({ unit: agent.unit }, own ? 'certain' : 'likely', last.source, ...service.evidence)
  },

  fix: ({ unit }, { host }) => [
    byHand(
      host,
      "See what keeps the agent's commands as root from running: sudo -l -U neutron (its line for neutron-rootwrap and privsep-helper), the filters that filters_path in /etc/neutron/rootwrap.conf names (each owned by root), and whether the packages of Neutron and oslo are of one release.",
      '检查 agent 的 root 命令为什么跑不起来：sudo -l -U neutron（neutron-rootwrap 和 privsep-helper 的授权）、/etc/neutron/rootwrap.conf 中 filters_path 指向的过滤规则（属主须为 root）、以及 Neutron 与 oslo 软件包的版本是否一致。',
    ),
    {
      ...restartDhcpAgent(
        host,
        unit,
        'after that it does what it could not do.',
        '修好之后它会补做之前没能完成的工作。',
      ),
      follows: 'at once',
    },
    readLog(host, usualLogs['neutron-dhcp-agent']),
  ],

  // A half-finished upgrade: the filters of rootwrap are gone, and dnsmasq, once ended, cannot be started again.
  fault: ({ agent }, { host, subject }) => {
    const [filters, away] = ['/etc/neutron/rootwrap.d', '/etc/neutron/rootwrap.d.away']
    const log = usualLogs['neutron-dhcp-agent'][0] ?? ''
    const restart = ['systemctl', 'restart', agent.unit]
    return [
      { on: host, run: ['true'], undo: restart },
      { on: host, run: ['mv', filters, away], undo: ['mv', away, filters] },
      { on: host, run: ['sh', '-c', `pkill -f '[d]nsmasq.*${subject.network.id}' || test $? = 1`], undo: ['true'] },
      { on: host, run: restart, undo: ['true'] },
      {
        on: host,
        run: [
          ...['sh', '-c'],
          `for i in $(seq 60); do tail -n 200 ${log} | grep -q 'Rootwrap error running' && exec sleep 3; sleep 1; done; exit 1`,
        ],
        undo: ['true'],
      },
    ]
  },

  words: {
    en: {
      title: "The agent's commands as root fail (rootwrap, privsep, sudo)",
      why: 'Namespaces, devices and dnsmasq need root. The agent runs and reports, and does none of it.',
      says: () => 'neutron-dhcp-agent runs, its commands as root are refused or fail, and the VM is not served.',
    },
    zh: {
      title: 'agent 的 root 命令执行失败（rootwrap、privsep、sudo）',
      why: 'namespace、网卡和 dnsmasq 都需要 root 权限。agent 看起来在运行并有心跳，但这些都做不了。',
      says: () => 'neutron-dhcp-agent 在运行，但它的 root 命令被拒绝或执行失败，虚拟机得不到 DHCP 服务。',
    },
  },
})

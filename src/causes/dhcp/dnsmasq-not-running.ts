import { defineCause } from '../../core/cause.ts'
import { say } from '../../core/lang.ts'
import { found, ruledOut } from '../../core/verdict.ts'
import { dnsmasq } from '../../probes/dhcp/dnsmasq.ts'
import { processes } from '../../probes/host/processes.ts'
import { dhcpAgent } from '../../probes/wiring/agent-state.ts'
import { readLog, restartAgent } from '../remedies.ts'

export default defineCause({
  id: 'dnsmasq-not-running',
  at: 'dhcp',
  stops: { station: 'dnsmasq' },
  needs: { dnsmasq, processes, agent: dhcpAgent },
  explainedBy: ['dhcp-agent-down', 'subnet-dhcp-disabled', 'dhcp-network-unscheduled'],

  check({ dnsmasq: d, processes: list, agent }, { subject }) {
    const alive = d.running.find((p) => !p.state.startsWith('T'))
    if (alive) return ruledOut(alive.source)
    const detail = {
      network: subject.network.name || subject.network.id,
      frozen: d.running.length > 0,
      unit: agent.unit,
    }
    return found(detail, 'certain', ...(d.running[0] ? [d.running[0].source] : [list.whole]), ...agent.evidence)
  },

  fix: ({ unit }, { host }) => [
    {
      ...restartAgent(host, unit, 'this network'),
      say: say(
        'Restart the DHCP agent: it starts a dnsmasq for each of its networks (each has a short gap).',
        '重启 dhcp agent：它会为每个网络重新拉起 dnsmasq（各网络 DHCP 短暂中断）。',
      ),
    },
    readLog(host, '/var/log/neutron/dhcp-agent.log'),
  ],

  // Without the x bit the agent cannot start it again (it tries every minute).
  fault: ({ agent }, { host, subject }) => [
    { on: host, run: ['true'], undo: ['systemctl', 'restart', agent.unit] },
    { on: host, run: ['chmod', 'a-x', '/usr/sbin/dnsmasq'], undo: ['chmod', 'a+x', '/usr/sbin/dnsmasq'] },
    { on: host, run: ['pkill', '-f', `dnsmasq.*${subject.network.id}`], undo: ['true'] },
  ],

  words: {
    en: {
      title: 'dnsmasq of the network does not run',
      why: 'Nobody answers the DHCP request, though it may arrive.',
      says: (d) =>
        d.frozen ? `dnsmasq of ${d.network} is stopped (state T).` : `There is no dnsmasq process for ${d.network}.`,
    },
    zh: {
      title: '该网络的 dnsmasq 没有运行',
      why: 'DHCP 请求即使到达，也没有人应答。',
      says: (d) =>
        d.frozen ? `网络 ${d.network} 的 dnsmasq 处于停止状态（T）。` : `没有网络 ${d.network} 的 dnsmasq 进程。`,
    },
  },
})

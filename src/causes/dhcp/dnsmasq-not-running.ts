import { without } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import { maybe } from '../../core/probe.ts'
import { found, ruledOut } from '../../core/verdict.ts'
import { usualLogs } from '../../probes/agents/log.ts'
import { dnsmasq } from '../../probes/dhcp/dnsmasq.ts'
import { dhcpNs } from '../../probes/dhcp/namespace.ts'
import { processes } from '../../probes/host/processes.ts'
import { dhcpAgent } from '../../probes/wiring/agent-state.ts'
import { fromTheDhcpNamespace } from '../../probes/wiring/from-the-dhcp-namespace.ts'
import { isServed } from '../applies.ts'
import { serverAt } from '../asked-inside.ts'
import { heard, readLog, reschedule, restartDhcpAgent } from '../remedies.ts'

interface Detail {
  readonly network: string
  readonly unit: string
  /** UUID of the DHCP agent, where Neutron hears it. */
  readonly agent: string | undefined
  readonly state: 'gone' | 'frozen' | 'deaf'
}

export default defineCause({
  id: 'dnsmasq-not-running',
  at: 'dhcp',
  stops: { station: 'dnsmasq' },
  scope: ['network on host'],
  applies: isServed,
  needs: { dnsmasq, processes, namespace: maybe(dhcpNs), agent: dhcpAgent, inside: maybe(fromTheDhcpNamespace) },
  explainedBy: [
    'stale-ports-namespaces-after-reboot',
    'rootwrap-or-privsep-broken',
    'disk-full',
    'dhcp-agent-down',
    'dhcp-namespace-or-port-broken',
    'subnet-dhcp-disabled',
    'dhcp-network-unscheduled',
  ],

  check({ dnsmasq: d, processes: list, namespace, agent, inside }, { subject, host }) {
    const asked = serverAt(inside, host)
    if (asked?.is === 'offered') return ruledOut(...asked.because)
    const common = { network: subject.network.name || subject.network.id, unit: agent.unit, agent: heard(agent.api) }
    const alive = d.running.find((p) => !p.state.startsWith('T'))
    const first = d.running[0]
    if (!alive && first)
      return found<Detail>({ ...common, state: 'frozen' }, 'certain', first.source, ...agent.evidence)
    if (!alive) {
      const nobody = without(`dnsmasq … ${subject.network.id}`, list.whole)
      return found<Detail>({ ...common, state: 'gone' }, 'certain', nobody, ...agent.evidence)
    }
    const sockets = namespace.ok && namespace.fact.udp.ok ? namespace.fact.udp.fact : undefined
    // Of IPv6 alone it listens elsewhere, or not at all (SLAAC).
    const isV4 = subject.subnets.some((s) => s.version === 4 && s.dhcp)
    const isDeaf = isV4 && sockets !== undefined && !sockets.some((s) => s.value.endsWith(':67'))
    if (isDeaf) {
      const silence = asked?.is === 'silent' ? asked.because : []
      const sure = silence.length > 0 ? 'certain' : 'likely'
      return found<Detail>({ ...common, state: 'deaf' }, sure, alive.source, ...sockets, ...silence)
    }
    return ruledOut(alive.source, ...(sockets ?? []).filter((s) => s.value.endsWith(':67')))
  },

  fix: ({ unit, agent }, { host, subject }) => [
    restartDhcpAgent(host, unit, 'it starts a dnsmasq for each of its networks.', '它会为每个网络重新拉起 dnsmasq。'),
    ...reschedule(agent, subject.network.id),
    readLog(host, usualLogs['neutron-dhcp-agent']),
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
      says: (d) => sentences.en[d.state](d.network),
    },
    zh: {
      title: '该网络的 dnsmasq 没有运行',
      why: 'DHCP 请求即使到达，也没有人应答。',
      says: (d) => sentences.zh[d.state](d.network),
    },
  },
})

const sentences = {
  en: {
    gone: (network: string) => `There is no dnsmasq process for ${network}.`,
    frozen: (network: string) => `dnsmasq of ${network} is stopped (state T).`,
    deaf: (network: string) => `dnsmasq of ${network} runs, and nothing listens on UDP port 67 in its namespace.`,
  },
  zh: {
    gone: (network: string) => `找不到 ${network} 的 dnsmasq 进程。`,
    frozen: (network: string) => `${network} 的 dnsmasq 处于停止状态（T）。`,
    deaf: (network: string) => `${network} 的 dnsmasq 在运行，但 namespace 里没有监听 UDP 67 端口。`,
  },
}

import { defineCause } from '../../core/cause.ts'
import { say } from '../../core/lang.ts'
import { maybe } from '../../core/probe.ts'
import { tapOf } from '../../core/subject.ts'
import { found, ruledOut, unknown, warning } from '../../core/verdict.ts'
import { type BrokerWord, brokerLog } from '../../probes/agents/broker-log.ts'
import { clock } from '../../probes/host/clock.ts'
import { ovsAgent } from '../../probes/wiring/agent-state.ts'
import { dhcpService } from '../../probes/wiring/dhcp-service.ts'
import { portsWired } from '../../probes/wiring/ports-wired.ts'
import { silentAgents } from '../../probes/wiring/silent-agents.ts'
import { untilAgent } from '../agent-faults.ts'
import { byHand, plug } from '../remedies.ts'

/** An agent that is cut off says so again within half a minute (oslo.messaging, `rabbit_interval_max`). Milliseconds. */
const RECENT = 120_000

export default defineCause({
  id: 'rabbitmq-unreachable',
  at: 'ends',
  stops: { station: 'br-int' },
  scope: ['port', 'host', 'everything'],
  needs: {
    ...{ silent: silentAgents, log: maybe(brokerLog), clock, agent: ovsAgent },
    ...{ wired: maybe(portsWired), service: maybe(dhcpService) },
  },
  explainedBy: [],

  check({ silent, log, clock: { now }, wired, service }) {
    const [first] = silent.agents
    if (!first) return ruledOut(...silent.evidence)
    if (!log.ok) return unknown(log.problem)
    const word = log.fact.find(({ is }) => is !== 'connected')
    if (!word)
      return unknown(
        `${first.binary} is silent, and its log does not say that RabbitMQ is the reason`,
        `${first.binary} 没有心跳，但日志里没有说是 RabbitMQ 的原因`,
      )
    const detail = { binary: word.binary, is: word.is, server: word.server }
    const sure = now - word.at < RECENT ? 'certain' : 'likely'
    const because = [word.source, ...silent.agents.flatMap(({ evidence }) => evidence)]
    const bare = word.binary === 'neutron-openvswitch-agent' ? wired.ok && !wired.fact.all : false
    const unserved = word.binary === 'neutron-dhcp-agent' ? service.ok && !service.fact.serves : false
    const undone = [
      ...(bare && wired.ok ? wired.fact.evidence : []),
      ...(unserved && service.ok ? service.fact.evidence : []),
    ]
    return bare || unserved ? found(detail, sure, ...because, ...undone) : warning(detail, sure, ...because)
  },

  fix: ({ server, is }, { host }) => [
    byHand(
      host,
      is === 'refused'
        ? `RabbitMQ refuses the login: compare user, password and virtual host of transport_url in /etc/neutron/neutron.conf with those of another host, and with rabbitmqctl list_users and list_permissions.`
        : `See whether ${server ?? 'the RabbitMQ server'} can be reached from ${host} (firewall, route, name), and whether RabbitMQ runs there: rabbitmqctl status, its disk and memory alarms.`,
      is === 'refused'
        ? 'RabbitMQ 拒绝登录：对照其他主机和 rabbitmqctl list_users、list_permissions，检查 /etc/neutron/neutron.conf 中 transport_url 的用户、密码和 vhost。'
        : `检查从 ${host} 能否连到 ${server ?? 'RabbitMQ 服务器'}（防火墙、路由、域名），以及那里的 RabbitMQ 是否正常：rabbitmqctl status、磁盘和内存告警。`,
    ),
    {
      on: host,
      risk: 'none',
      run: ['ss', '-tn', 'dport', '=', ':5672'],
      say: say(
        'The agent connects again by itself: then there are connections here. Do not restart it before: without RabbitMQ it comes up with nothing.',
        '恢复后 agent 会自动重连，这里就能看到连接。在此之前不要重启 agent：没有 RabbitMQ 它起来后什么也拿不到。',
      ),
    },
  ],

  // The agent is started anew in this state, as after a reboot of the host: what it knew before would do for a while.
  fault: ({ agent }, { host, subject }) => {
    const tap = tapOf(subject.port)
    const rule = ['OUTPUT', '-p', 'tcp', '--dport', '5672', '-j', 'REJECT']
    const restart = ['systemctl', 'restart', agent.unit]
    return [
      { on: host, run: ['true'], undo: restart },
      { on: host, run: ['iptables', '-I', ...rule], undo: ['iptables', '-D', ...rule] },
      { on: host, run: restart, undo: ['true'] },
      { on: host, run: ['ovs-vsctl', '--if-exists', 'del-port', tap], undo: ['true'] },
      { on: host, run: plug('br-int', tap, subject.port), undo: ['true'] },
      { on: 'api', run: untilAgent(host, 'False', 60), undo: ['true'] },
    ]
  },

  words: {
    en: {
      title: 'An agent of the host does not reach RabbitMQ',
      why: 'Agents hear of ports from Neutron over RabbitMQ alone: what is wired stays, and nothing new is.',
      says: (d) => sentences.en[d.is](d.binary, d.server ?? 'RabbitMQ'),
    },
    zh: {
      title: '该主机的 agent 连不上 RabbitMQ',
      why: 'agent 只通过 RabbitMQ 从 Neutron 得知端口：已接好的继续工作，新的都不会处理。',
      says: (d) => sentences.zh[d.is](d.binary, d.server ?? 'RabbitMQ'),
    },
  },
})

type Sentences = Readonly<Record<BrokerWord['is'], (binary: string, server: string) => string>>
const sentences: { readonly en: Sentences; readonly zh: Sentences } = {
  en: {
    unreachable: (binary, server) => `${binary} runs and does not reach ${server}; Neutron has no heartbeat of it.`,
    refused: (binary, server) => `${server} refuses the login of ${binary}; Neutron has no heartbeat of it.`,
    connected: (binary, server) => `${binary} is connected to ${server} again.`,
  },
  zh: {
    unreachable: (binary, server) => `${binary} 在运行但连不上 ${server}，Neutron 收不到它的心跳。`,
    refused: (binary, server) => `${server} 拒绝了 ${binary} 的登录，Neutron 收不到它的心跳。`,
    connected: (binary, server) => `${binary} 已重新连上 ${server}。`,
  },
}

import { without } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import { say } from '../../core/lang.ts'
import { maybe } from '../../core/probe.ts'
import { tapOf } from '../../core/subject.ts'
import { found, ruledOut, unknown } from '../../core/verdict.ts'
import { neutronBridges } from '../../probes/ovs/bridges.ts'
import { controllers } from '../../probes/ovs/controllers.ts'
import { ovsAgent } from '../../probes/wiring/agent-state.ts'
import { neglected } from '../../probes/wiring/neglected.ts'
import { plug, restartAgent } from '../remedies.ts'

/** Open vSwitch tries again after eight seconds at the latest (`max_backoff`), and an agent's start takes some. Seconds. */
const LASTING = 30

export default defineCause({
  id: 'of-controller-disconnected',
  at: 'ends',
  stops: { station: 'br-int' },
  scope: ['port', 'host'],
  needs: { neglected, controllers: maybe(controllers), agent: ovsAgent, bridges: neutronBridges },
  explainedBy: ['vswitchd-down', 'rabbitmq-unreachable'],

  check({ neglected: n, controllers: known, agent, bridges }) {
    const bare = n.ports.map((p) => p.source)
    if (n.ports.length === 0) return ruledOut(...n.others.map((p) => p.source))
    if (!known.ok) return unknown(known.problem)
    const { all, bridge } = known.fact
    if (all.some((c) => c.connected)) return ruledOut(...all.map((c) => c.source))
    const [first] = all
    const detail = {
      ...{ bridge: bridges.integration, target: first?.target, error: first?.error, seconds: first?.lostFor },
      unit: agent.unit,
    }
    if (!first) return found(detail, 'certain', without('tcp:', bridge), ...bare, ...agent.evidence)
    const lasts = (first.lostFor ?? 0) > LASTING && (agent.process?.age ?? 0) > LASTING
    return found(detail, lasts ? 'certain' : 'likely', ...all.map((c) => c.source), ...bare, ...agent.evidence)
  },

  fix: ({ bridge, target, unit }, { host }) => [
    {
      on: host,
      risk: 'none',
      run: ['ss', '-ltnp'],
      say: say(
        `See who listens on the port that ${bridge} connects to (${target ?? 'none'}): it should be the agent (of_listen_port, usually 6633), and not another program or an old agent.`,
        `查看 ${bridge} 所连端口（${target ?? '无'}）由谁监听：应当是 agent（of_listen_port，一般是 6633），而不是别的程序或残留的旧 agent。`,
      ),
    },
    {
      ...restartAgent(host, unit),
      say: say(
        'Restart the agent: it listens again and writes itself into the bridges as their controller. If that does not help, see whether two bridges have the same datapath_id.',
        '重启 agent：它会重新监听，并把自己设为各网桥的控制器。如果没有用，检查是否有两个网桥的 datapath_id 相同。',
      ),
    },
  ],

  // Another port than the agent's; then the port is plugged again, as a reboot of the VM does.
  fault: ({ agent, bridges }, { host, subject }) => {
    const tap = tapOf(subject.port)
    const setTo = (port: number) => ['ovs-vsctl', 'set-controller', bridges.integration, `tcp:127.0.0.1:${port}`]
    return [
      { on: host, run: ['true'], undo: ['systemctl', 'restart', agent.unit] },
      { on: host, run: setTo(6634), undo: setTo(6633) },
      { on: host, run: ['sleep', '3'], undo: ['true'] },
      { on: host, run: ['ovs-vsctl', '--if-exists', 'del-port', tap], undo: ['true'] },
      { on: host, run: plug(bridges.integration, tap, subject.port), undo: ['true'] },
      { on: host, run: ['sleep', '30'], undo: ['true'] },
    ]
  },

  words: {
    en: {
      title: 'br-int is not connected to the agent by OpenFlow',
      why: 'The agent writes its flows over this connection. Those that are there go on working; no port is wired any more.',
      says: (d) =>
        d.target === undefined
          ? `${d.bridge} has no controller; the agent runs and has not wired the port.`
          : `${d.bridge} should take flows from ${d.target} and is not connected to it${d.seconds === undefined ? '' : ` for ${d.seconds} s`}${d.error === undefined ? '' : ` (${d.error})`}; the agent runs and has not wired the port.`,
    },
    zh: {
      title: 'br-int 与 agent 之间的 OpenFlow 连接断开',
      why: 'agent 通过这个连接下发流表。已有的流表继续工作，但不会再接入任何端口。',
      says: (d) =>
        d.target === undefined
          ? `${d.bridge} 没有配置控制器；agent 在运行但没有接好端口。`
          : `${d.bridge} 应从 ${d.target} 接收流表，但没有连上${d.seconds === undefined ? '' : `（已 ${d.seconds} 秒）`}${d.error === undefined ? '' : `，错误：${d.error}`}；agent 在运行但没有接好端口。`,
    },
  },
})

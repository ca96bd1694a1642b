import { defineCause } from '../../core/cause.ts'
import { say } from '../../core/lang.ts'
import { found, ruledOut, stopping, unknown } from '../../core/verdict.ts'
import { usualLogs } from '../../probes/agents/log.ts'
import { neutronBridges } from '../../probes/ovs/bridges.ts'
import { ovsAgent } from '../../probes/wiring/agent-state.ts'
import { foreignFlows } from '../../probes/wiring/foreign.ts'
import { vif } from '../../probes/wiring/vif.ts'
import { maybe } from '../../core/probe.ts'
import { matchText, partOf, ruleText, whatOf } from '../foreign-flow.ts'
import { deleteFlow, readLog, restartAgent } from '../remedies.ts'

/** An agent wires all of its ports before it cleans up. Seconds. */
const STARTING = 120

export default defineCause({
  id: 'stale-flows-cleanup-not-run',
  at: 'ends',
  stops: { station: 'br-int' },
  scope: ['port', 'network on host', 'host'],
  needs: { foreign: foreignFlows, bridges: neutronBridges, agent: ovsAgent, vif: maybe(vif) },
  explainedBy: ['rabbitmq-unreachable', 'ovs-agent-down', 'vswitchd-down', 'port-admin-down'],

  check({ foreign: f, bridges, agent }) {
    if (f.reserved) return ruledOut(f.reserved)
    const [first] = f.hits.filter((hit) => hit.from === 'earlier agent')
    const doubtful = f.hits.find((hit) => hit.from === 'not known')
    if (!first || !f.uncleaned) {
      if (!doubtful) return ruledOut(f.mark)
      const { line } = doubtful.flow.source
      return unknown(
        `the agent's log does not tell whose cookie this flow has: ${line.slice(0, 120)}`,
        `agent 日志中查不到这条流表的 cookie 属于谁：${line.slice(0, 120)}`,
      )
    }
    const { flow } = first
    const same = f.hits.filter((hit) => hit.flow === flow && hit.covers === first.covers)
    const detail = {
      ...{ bridge: bridges.integration, unit: agent.unit, age: agent.process?.age },
      ...{ match: matchText(first), fate: first.fate, what: whatOf(same), packets: flow.packets ?? 0 },
      ...{ rule: ruleText(first), actions: flow.actions.join(',') },
    }
    const because = [flow.source, f.mark, f.uncleaned, ...agent.evidence]
    const isProven = detail.packets > 0 && (detail.age ?? 0) > STARTING
    const sure = first.fate === 'redirected' ? 'possible' : isProven ? 'certain' : 'likely'
    return stopping(partOf(same), found(detail, sure, ...because))
  },

  fix: ({ bridge, unit, rule, actions }, { host }) => [
    deleteFlow(host, bridge, rule, actions),
    {
      ...readLog(host, usualLogs['neutron-openvswitch-agent']),
      say: say(
        'Find out why the first round of the agent does not end ("Error while processing VIF ports", no "Cleaning stale … flows"): until it does, other old flows stay as well.',
        '查清 agent 的第一轮处理为什么没有完成（有 "Error while processing VIF ports"，没有 "Cleaning stale … flows"）：在此之前其他旧流表也不会清理。',
      ),
    },
    restartAgent(host, unit),
  ],

  /**
   * The drop flow of a port that was on the dead VLAN: an agent takes away its own when it wires the port, and never
   * one of an earlier run (port_alive deletes by cookie). Then it is started without RabbitMQ: no round ends.
   */
  fault: ({ foreign, agent, vif: v }, { host }) => {
    const ofport = v.ok && v.fact.attached ? v.fact.iface.ofport : undefined
    const cookie = /cookie=(0x[0-9a-f]+)/.exec(foreign.mark.line)?.[1]
    if (ofport === undefined || cookie === undefined) return []
    const rule = `table=0,priority=2,in_port=${ofport}`
    const block = ['OUTPUT', '-p', 'tcp', '--dport', '5672', '-j', 'REJECT']
    const started = `for i in $(seq 60); do ovs-ofctl dump-flows br-int table=23 | grep -q cookie= && ! ovs-ofctl dump-flows br-int table=23 | grep -q cookie=${cookie} && exit 0; sleep 1; done; exit 1`
    return [
      { on: host, run: ['systemctl', 'stop', agent.unit], undo: ['systemctl', 'restart', agent.unit] },
      { on: host, run: ['iptables', '-I', ...block], undo: ['iptables', '-D', ...block] },
      {
        on: host,
        run: ['ovs-ofctl', 'add-flow', 'br-int', `cookie=${cookie},${rule},actions=drop`],
        undo: ['ovs-ofctl', '--strict', 'del-flows', 'br-int', `cookie=${cookie}/-1,${rule}`],
      },
      { on: host, run: ['systemctl', 'start', agent.unit], undo: ['true'] },
      { on: host, run: ['sh', '-c', started], undo: ['true'] },
    ]
  },

  words: {
    en: {
      title: "A flow of an earlier run of the agent stops the VM's packets: it was not cleaned up after the restart",
      why: 'Each run of the agent has a cookie of its own, and deletes flows of earlier runs at the end of its first round. That round has not ended.',
      says: (d) =>
        `${d.bridge}: a flow with the cookie of the run before (${d.match}) ${d.fate === 'dropped' ? 'drops' : 'redirects'} ${d.what.en}; ${d.packets} packets so far. The agent${d.age === undefined ? '' : ` has run for ${d.age} s and`} has not cleaned up.`,
    },
    zh: {
      title: 'agent 重启后没有清理旧流表，上一次运行遗留的流表拦截了虚拟机的报文',
      why: 'agent 每次运行使用新的 cookie，并在第一轮处理结束时删除以前的流表。这一轮没有完成。',
      says: (d) =>
        `${d.bridge} 上一条带有上次运行 cookie 的流表（${d.match}）${d.fate === 'dropped' ? '丢弃' : '重定向'}了${d.what.zh}，已命中 ${d.packets} 个报文。agent ${d.age === undefined ? '' : `已运行 ${d.age} 秒，`}还没有清理。`,
    },
  },
})

import { defineCause } from '../../core/cause.ts'
import type { Language } from '../../core/lang.ts'
import { maybe } from '../../core/probe.ts'
import type { Remedy } from '../../core/step.ts'
import { found, ruledOut, stopping, type Sureness, unknown, warning } from '../../core/verdict.ts'
import { neutronBridges } from '../../probes/ovs/bridges.ts'
import { ovsAgent } from '../../probes/wiring/agent-state.ts'
import { type Foreign, foreignFlows } from '../../probes/wiring/foreign.ts'
import { vif } from '../../probes/wiring/vif.ts'
import { matchText, partOf, ruleText, whatOf } from '../foreign-flow.ts'
import { byHand, deleteFlow, restartAgent } from '../remedies.ts'

export default defineCause({
  id: 'brint-foreign-flow',
  at: 'ends',
  stops: { station: 'br-int' },
  scope: ['port', 'network on host', 'host'],
  needs: { foreign: foreignFlows, bridges: neutronBridges, agent: ovsAgent, vif: maybe(vif) },
  explainedBy: [
    'stale-flows-cleanup-not-run',
    'ovs-restart-agent-not-recovered',
    'brint-default-flows-missing',
    'vswitchd-down',
    'port-admin-down',
  ],

  check({ foreign: f, bridges, agent }) {
    const [first] = f.hits
    const because = [f.mark, ...(f.reserved ? [f.reserved] : [])]
    if (!first) return ruledOut(...because)
    if (first.from === 'not known')
      return unknown(
        `a flow whose cookie may be another extension's of the agent, or of its last run: ${first.flow.source.line.slice(0, 120)}`,
        `这条流表的 cookie 可能属于 agent 的某个扩展，或属于上一次运行的 agent：${first.flow.source.line.slice(0, 120)}`,
      )
    const same = f.hits.filter((hit) => hit.flow === first.flow && hit.covers === first.covers)
    const detail = {
      ...{ bridge: bridges.integration, unit: agent.unit, from: first.from, fate: first.fate, what: whatOf(same) },
      ...{ match: matchText(first), priority: first.flow.priority, packets: first.flow.packets ?? 0 },
      rule: ruleText(first),
      actions: first.flow.actions.join(','),
    }
    const evidence = [first.flow.source, ...because, ...first.because]
    if (!first.covers) return warning(detail, 'likely', ...evidence)
    return stopping(partOf(same), found(detail, surenessOf(first), ...evidence))
  },

  fix: ({ bridge, unit, rule, actions }, { host }): readonly Remedy[] => [
    byHand(
      host,
      'Find out who made the flow and why: another tool may make it again.',
      '先查清是谁、为什么下发了这条流表：别的工具可能会再次下发。',
    ),
    deleteFlow(host, bridge, rule, actions),
    restartAgent(host, unit),
  ],

  fault: ({ bridges, vif: v }, { host }) => {
    const ofport = v.ok && v.fact.attached ? (v.fact.iface.ofport ?? 0) : 0
    const match = `table=0,priority=5000,in_port=${ofport},udp,tp_dst=67`
    return [
      {
        on: host,
        run: ['ovs-ofctl', 'add-flow', bridges.integration, `${match},actions=drop`],
        undo: ['ovs-ofctl', '--strict', 'del-flows', bridges.integration, `cookie=0/-1,${match}`],
      },
    ]
  },

  words: {
    en: {
      title: "A flow on br-int that is not the agent's stops the VM's packets",
      why: "Such a flow stands above the agent's own. Neutron does not know of it, and an agent that runs leaves it alone.",
      says: (d) =>
        `${d.bridge}: ${origins.en[d.from]} with priority ${d.priority} (${d.match}) ${d.fate === 'dropped' ? 'drops' : 'redirects'} ${d.what.en}; ${d.packets} packets so far.`,
    },
    zh: {
      title: 'br-int 上有不属于 agent 的流表拦截了虚拟机的报文',
      why: '这样的流表优先于 agent 自己的流表。Neutron 不知道它的存在，运行中的 agent 也不会清理它。',
      says: (d) =>
        `${d.bridge} 上${origins.zh[d.from]}（优先级 ${d.priority}，${d.match}）${d.fate === 'dropped' ? '丢弃' : '重定向'}了${d.what.zh}，已命中 ${d.packets} 个报文。`,
    },
  },
})

const origins: Readonly<Record<Language, Readonly<Record<Foreign['from'], string>>>> = {
  en: {
    hand: 'a flow without a cookie, made by hand or by another tool,',
    'earlier agent': 'a flow that an earlier run of the agent has left',
    other: "a flow with a cookie that is not the agent's",
    'not known': 'a flow',
  },
  zh: {
    hand: '有一条没有 cookie 的流表（手工或其他工具下发）',
    'earlier agent': '有一条以前的 agent 遗留的流表',
    other: '有一条 cookie 不属于 agent 的流表',
    'not known': '有一条流表',
  },
}

/** Only of a flow without a cookie it is certain that it is not the agent's; its counter shows that it takes packets. */
function surenessOf({ from, fate, flow }: Foreign): Sureness {
  const counts = (flow.packets ?? 0) > 0
  // Where it sends them may be where they should go.
  if (fate === 'redirected') return 'possible'
  if (from === 'hand') return counts ? 'certain' : 'likely'
  return counts ? 'likely' : 'possible'
}

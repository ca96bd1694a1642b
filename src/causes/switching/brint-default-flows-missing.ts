import { without } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import { maybe } from '../../core/probe.ts'
import { found, ruledOut, unknown } from '../../core/verdict.ts'
import { usualLogs } from '../../probes/agents/log.ts'
import { neutronBridges } from '../../probes/ovs/bridges.ts'
import { isDown, ovsAgent } from '../../probes/wiring/agent-state.ts'
import { flowsElsewhere, integrationFlows } from '../../probes/wiring/flows.ts'
import { CANARY } from '../../probes/wiring/translation.ts'
import { readLog, restartAgent, startUnit } from '../remedies.ts'

export default defineCause({
  id: 'brint-default-flows-missing',
  at: 'ends',
  stops: { station: 'br-int' },
  scope: ['host'],
  needs: { flows: integrationFlows, bridges: neutronBridges, agent: ovsAgent, elsewhere: maybe(flowsElsewhere) },
  explainedBy: ['ovs-restart-agent-not-recovered', 'vswitchd-down'],

  check({ flows, bridges, agent, elsewhere }) {
    const canary = flows.flows.find((f) => f.table === CANARY)
    const first = flows.flows.find((f) => f.table === 0 && f.priority === 0 && f.match.size === 0)
    if (canary && first) return ruledOut(canary.source, first.source)
    if (!agent.expected)
      return unknown('Neutron knows no Open vSwitch agent on this host', 'Neutron 中该主机没有 Open vSwitch agent')
    if (first)
      return unknown(
        `br-int has flows and not that of table ${CANARY}: the agent may be at work`,
        `br-int 有流表，但缺少 table ${CANARY}：agent 可能正在重新下发`,
      )
    const detail = { bridge: bridges.integration, agentRuns: !isDown(agent), unit: agent.unit, all: !canary }
    const others = elsewhere.ok ? elsewhere.fact.map((f) => f.source) : []
    const missing = without(canary ? 'table=0 … priority=0' : `table=${CANARY}`, flows.whole)
    return found(detail, canary ? 'likely' : 'certain', missing, ...others, ...agent.evidence)
  },

  fix: ({ unit, agentRuns }, { host }) => [
    agentRuns ? restartAgent(host, unit) : startUnit(host, unit),
    readLog(host, usualLogs['neutron-openvswitch-agent']),
  ],

  // An agent that runs would notice, and write them again within seconds.
  fault: ({ bridges, agent }, { host }) => [
    { on: host, run: ['systemctl', 'stop', agent.unit], undo: ['systemctl', 'restart', agent.unit] },
    { on: host, run: ['ovs-ofctl', 'del-flows', bridges.integration], undo: ['true'] },
  ],

  words: {
    en: {
      title: "br-int has lost the agent's flows",
      why: 'Without them br-int drops every frame of every VM of this host.',
      says: (d) =>
        `${d.bridge} has ${d.all ? "none of the agent's flows" : 'no flow that lets packets into its pipeline'}, and the agent ${d.agentRuns ? 'runs without having written them again' : 'does not run'}.`,
    },
    zh: {
      title: 'br-int 上 agent 的流表丢失',
      why: '没有这些流表，br-int 会丢弃该主机所有虚拟机的报文。',
      says: (d) =>
        `${d.bridge} 上${d.all ? '没有任何 agent 的流表' : '没有让报文进入流水线的流表'}，而 agent ${d.agentRuns ? '在运行但没有重新下发' : '没有运行'}。`,
    },
  },
})

import { without } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import { maybe } from '../../core/probe.ts'
import { found, ruledOut, unknown } from '../../core/verdict.ts'
import { usualLogs } from '../../probes/agents/log.ts'
import { processes } from '../../probes/host/processes.ts'
import { isDown, ovsAgent } from '../../probes/wiring/agent-state.ts'
import { flowsElsewhere, integrationFlows } from '../../probes/wiring/flows.ts'
import { CANARY } from '../../probes/wiring/translation.ts'
import { vswitchdProcess, vswitchdUnit } from '../../probes/wiring/vswitchd-process.ts'
import { readLog, restartAgent, startUnit } from '../remedies.ts'

export default defineCause({
  id: 'ovs-restart-agent-not-recovered',
  at: 'ends',
  stops: { station: 'br-int' },
  scope: ['host', 'port'],
  needs: {
    ...{ flows: integrationFlows, elsewhere: maybe(flowsElsewhere) },
    ...{ processes, agent: ovsAgent, unit: maybe(vswitchdUnit) },
  },
  explainedBy: ['vswitchd-down'],

  check({ flows, elsewhere, processes: list, agent }) {
    const canary = flows.flows.find((f) => f.table === CANARY)
    if (canary) return ruledOut(canary.source)
    // A restart would have emptied the other bridges as well.
    const survivor = elsewhere.ok ? elsewhere.fact[0] : undefined
    if (survivor) return ruledOut(survivor.source)
    if (!agent.expected)
      return unknown('Neutron knows no Open vSwitch agent on this host', 'Neutron 中该主机没有 Open vSwitch agent')
    const switchd = vswitchdProcess(list)
    const restarted = switchd !== undefined && (agent.process === undefined || switchd.age < agent.process.age)
    const detail = {
      agentRuns: !isDown(agent),
      age: switchd?.age ?? 0,
      restarted,
      unit: agent.unit,
    }
    const because = [without(`table=${CANARY}`, flows.whole), ...(switchd ? [switchd.source] : []), ...agent.evidence]
    return found(detail, restarted ? 'certain' : 'likely', ...because)
  },

  fix: ({ unit, agentRuns }, { host }) =>
    agentRuns
      ? [restartAgent(host, unit)]
      : [startUnit(host, unit), readLog(host, usualLogs['neutron-openvswitch-agent'])],

  fault: ({ agent, unit }, { host }) => [
    { on: host, run: ['systemctl', 'stop', agent.unit], undo: ['systemctl', 'restart', agent.unit] },
    { on: host, run: ['systemctl', 'restart', unit.ok ? unit.fact : 'openvswitch-switch.service'], undo: ['true'] },
    // A unit that is bound to Open vSwitch's is started again with it.
    { on: host, run: ['systemctl', 'stop', agent.unit], undo: ['true'] },
  ],

  words: {
    en: {
      title: 'Open vSwitch was restarted and the agent has not written its flows again',
      why: 'A restart empties every flow table; until the agent fills them, secure bridges drop everything.',
      says: (d) =>
        `br-int has lost the agent's flows${d.restarted ? ` (ovs-vswitchd was started ${ago(d.age)} ago)` : ''}, and the agent ${d.agentRuns ? 'runs without having noticed' : 'does not run'}.`,
    },
    zh: {
      title: 'Open vSwitch 重启后 agent 没有恢复流表',
      why: 'OVS 重启会清空所有流表；在 agent 重新下发之前，secure 模式的网桥丢弃所有流量。',
      says: (d) =>
        `br-int 上 agent 的流表已丢失${d.restarted ? `（ovs-vswitchd 在 ${d.age < 120 ? `${d.age} 秒` : `${Math.round(d.age / 60)} 分钟`}前启动）` : ''}，而 agent ${d.agentRuns ? '在运行但没有察觉' : '没有运行'}。`,
    },
  },
})

const ago = (seconds: number) => (seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`)

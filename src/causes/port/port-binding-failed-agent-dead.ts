import { defineCause } from '../../core/cause.ts'
import { say } from '../../core/lang.ts'
import { maybe } from '../../core/probe.ts'
import { found, ruledOut, unknown } from '../../core/verdict.ts'
import { type ApiAgent, apiAgents } from '../../probes/api/agents.ts'
import { apiPort } from '../../probes/api/port.ts'
import { usualUnits } from '../../probes/agents/agent.ts'
import { changeProfile, untilAgent } from '../agent-faults.ts'
import { rebind, startUnit } from '../remedies.ts'

const unit = usualUnits['neutron-openvswitch-agent'][0] ?? ''

export default defineCause({
  id: 'port-binding-failed-agent-dead',
  at: 'cloud',
  stops: { station: 'guest port' },
  scope: ['port', 'host'],
  needs: { port: apiPort, agents: maybe(apiAgents) },
  explainedBy: [],

  check({ port, agents }, { subject }) {
    if (port.vifType === undefined)
      return unknown('binding:vif_type is only shown to an administrator', 'binding:vif_type 只有管理员能看到')
    if (port.vifType !== 'binding_failed') return ruledOut(port.cite('binding:vif_type'))
    const onHost = agents.ok ? agents.fact.get(subject.compute ?? '') : undefined
    const agent = onHost?.ok ? onHost.fact.agents.find(isL2) : undefined
    // No agent of that name, or one that has nothing of this physical network: causes of their own.
    if (onHost?.ok && !agent) return ruledOut(onHost.fact.whole)
    const physicalNetwork = subject.network.segment?.physicalNetwork
    if (agent?.alive && physicalNetwork !== undefined && !agent.bridgeMappings.has(physicalNetwork))
      return ruledOut(agent.cite('alive'))
    const detail = { compute: subject.compute ?? '?', alive: agent?.alive }
    const sure = agent?.alive === false ? 'certain' : 'likely'
    return found(detail, sure, port.cite('binding:vif_type'), ...(agent ? [agent.cite('alive')] : []))
  },

  fix: ({ compute, alive }, { subject }) => [
    ...(alive === false ? [startUnit(compute, unit)] : []),
    { ...rebind(compute, subject.port.id), ...(alive === false ? { follows: 'at once' as const } : {}) },
    {
      on: 'api',
      risk: 'blips this port',
      run: ['openstack', 'server', 'reboot', '--hard', subject.port.deviceId],
      say: say(
        'Or, when the agent is alive, a hard reboot of the server (or a live migration) binds it again.',
        '或在 agent 恢复存活后硬重启虚拟机（或热迁移），也会重新绑定。',
      ),
    },
  ],

  // While the agent counts as dead, binding fails.
  fault: (_, { subject }) => {
    const on = subject.compute ?? ''
    return [
      { on: 'api', run: ['true'], undo: changeProfile('unset', subject.port.id) },
      { on: 'api', run: ['true'], undo: untilAgent(on, 'True', 60) },
      { on, run: ['systemctl', 'stop', unit], undo: ['systemctl', 'start', unit] },
      { on: 'api', run: untilAgent(on, 'False', 60), undo: ['true'] },
      { on: 'api', run: changeProfile('set', subject.port.id), undo: ['true'] },
    ]
  },

  words: {
    en: {
      title: "The port could not be bound: the host's L2 agent was dead",
      why: 'A port that is not bound is never wired, and stays so until it is bound again.',
      says: (d) =>
        `binding:vif_type is binding_failed; the Open vSwitch agent of ${d.compute} ${d.alive === false ? 'is not alive' : d.alive ? 'is alive now, and was not when the port was bound' : 'could not be seen'}.`,
    },
    zh: {
      title: '端口绑定失败：绑定时该主机的二层 agent 不存活',
      why: '没有绑定成功的端口不会被接入网络，直到重新绑定为止。',
      says: (d) =>
        `binding:vif_type 为 binding_failed；${d.compute} 的 Open vSwitch agent ${d.alive === false ? '不存活' : d.alive ? '现在存活，但绑定端口时不存活' : '查询不到'}。`,
    },
  },
})

const isL2 = (agent: ApiAgent) => agent.binary === 'neutron-openvswitch-agent'

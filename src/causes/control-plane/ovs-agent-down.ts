import { defineCause } from '../../core/cause.ts'
import { maybe } from '../../core/probe.ts'
import { tapOf } from '../../core/subject.ts'
import { found, ruledOut, unknown, warning } from '../../core/verdict.ts'
import { isDown, ovsAgent } from '../../probes/wiring/agent-state.ts'
import { portsWired } from '../../probes/wiring/ports-wired.ts'
import { plug, readLog, restartAgent, startUnit } from '../remedies.ts'

export default defineCause({
  id: 'ovs-agent-down',
  at: 'ends',
  stops: { station: 'br-int' },
  needs: { agent: ovsAgent, wired: maybe(portsWired) },
  // The restart took the flows away, the missing bridge ends the agent: each is the deeper story.
  explainedBy: ['provider-bridge-missing', 'ovs-restart-agent-not-recovered', 'vswitchd-down'],

  check({ agent, wired }) {
    const down = isDown(agent)
    const silent = agent.api?.alive === false
    if (!down && !silent) return ruledOut(...agent.evidence)
    if (!agent.expected) return unknown('Neutron knows no Open vSwitch agent on this host')
    const detail = {
      unit: agent.unit,
      state: down ? (agent.frozen ? ('frozen' as const) : ('gone' as const)) : ('silent' as const),
    }
    const sure = down ? 'certain' : 'likely'
    if (!wired.ok) return down ? warning(detail, sure, ...agent.evidence) : unknown(wired.problem)
    if (wired.fact.all) return warning(detail, sure, ...agent.evidence)
    return found(detail, sure, ...agent.evidence, ...wired.fact.evidence)
  },

  fix: ({ unit, state }, { host }) => [
    state === 'gone' ? startUnit(host, unit) : restartAgent(host, unit),
    readLog(host, '/var/log/neutron/openvswitch-agent.log'),
  ],

  // The port is plugged again, as a reboot of the VM does: an agent that runs would wire it.
  fault: ({ agent }, { host, subject }) => {
    const tap = tapOf(subject.port)
    return [
      { on: host, run: ['systemctl', 'stop', agent.unit], undo: ['systemctl', 'start', agent.unit] },
      { on: host, run: ['ovs-vsctl', '--if-exists', 'del-port', tap], undo: ['true'] },
      { on: host, run: plug('br-int', tap, subject.port), undo: ['true'] },
    ]
  },

  words: {
    en: {
      title: 'neutron-openvswitch-agent does not work on this host',
      why: 'Ports that are wired keep their flows; a new, moved or restarted VM gets no network.',
      says: (d) => sentences.en[d.state],
    },
    zh: {
      title: '该主机的 neutron-openvswitch-agent 异常',
      why: '已有端口靠现有流表继续工作；新建、迁移或重启的虚拟机没有网络。',
      says: (d) => sentences.zh[d.state],
    },
  },
})

const sentences = {
  en: {
    gone: 'There is no neutron-openvswitch-agent process.',
    frozen: 'The neutron-openvswitch-agent process is stopped (state T).',
    silent: 'The process is there, but Neutron has no heartbeat of it.',
  },
  zh: {
    gone: '没有 neutron-openvswitch-agent 进程。',
    frozen: 'neutron-openvswitch-agent 进程处于停止状态（T）。',
    silent: '进程在，但 Neutron 收不到它的心跳。',
  },
}

import { defineCause } from '../../core/cause.ts'
import { maybe } from '../../core/probe.ts'
import { tapOf } from '../../core/subject.ts'
import { found, ruledOut, unknown, warning } from '../../core/verdict.ts'
import { usualLogs } from '../../probes/agents/log.ts'
import { ovsAgent } from '../../probes/wiring/agent-state.ts'
import { portsWired } from '../../probes/wiring/ports-wired.ts'
import { troubleOf, troubleWords } from '../agent-trouble.ts'
import { plug, readLog, restartAgent, startUnit } from '../remedies.ts'

export default defineCause({
  id: 'ovs-agent-down',
  at: 'ends',
  stops: { station: 'br-int' },
  scope: ['port', 'host'],
  needs: { agent: ovsAgent, wired: maybe(portsWired) },
  // Something took the flows away, the missing bridge ends the agent: each is the deeper story.
  explainedBy: [
    'provider-bridge-missing',
    'ovs-restart-agent-not-recovered',
    'brint-default-flows-missing',
    'vswitchd-down',
    'rabbitmq-unreachable',
  ],

  check({ agent, wired }) {
    const trouble = troubleOf(agent)
    if (!trouble) return ruledOut(...agent.evidence)
    if (!agent.expected)
      return unknown('Neutron knows no Open vSwitch agent on this host', 'Neutron 中该主机没有 Open vSwitch agent')
    const detail = { unit: agent.unit, trouble }
    const sure = trouble === 'silent' ? 'likely' : 'certain'
    if (!wired.ok) return trouble === 'silent' ? unknown(wired.problem) : warning(detail, sure, ...agent.evidence)
    if (wired.fact.all) return warning(detail, sure, ...agent.evidence)
    return found(detail, sure, ...agent.evidence, ...wired.fact.evidence)
  },

  fix: ({ unit, trouble }, { host }) => [
    trouble === 'gone' ? startUnit(host, unit) : restartAgent(host, unit),
    readLog(host, usualLogs['neutron-openvswitch-agent']),
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
      says: (d) => troubleWords.en[d.trouble]('neutron-openvswitch-agent'),
    },
    zh: {
      title: '该主机的 neutron-openvswitch-agent 异常',
      why: '已有端口靠现有流表继续工作；新建、迁移或重启的虚拟机没有网络。',
      says: (d) => troubleWords.zh[d.trouble]('neutron-openvswitch-agent'),
    },
  },
})

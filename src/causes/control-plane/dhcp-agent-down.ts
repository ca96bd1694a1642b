import { defineCause } from '../../core/cause.ts'
import { maybe } from '../../core/probe.ts'
import { found, ruledOut, unknown, warning } from '../../core/verdict.ts'
import { dhcpAgent, isDown } from '../../probes/wiring/agent-state.ts'
import { dhcpService } from '../../probes/wiring/dhcp-service.ts'
import { readLog, restartAgent, startUnit } from '../remedies.ts'

export default defineCause({
  id: 'dhcp-agent-down',
  at: 'dhcp',
  stops: { station: 'dnsmasq' },
  needs: { agent: dhcpAgent, service: maybe(dhcpService) },
  explainedBy: [],

  check({ agent, service }) {
    const down = isDown(agent)
    const silent = agent.api?.alive === false
    if (!down && !silent) return ruledOut(...agent.evidence)
    if (!agent.expected) return unknown('Neutron knows no DHCP agent on this host')
    const detail = {
      unit: agent.unit,
      state: down ? (agent.frozen ? ('frozen' as const) : ('gone' as const)) : ('silent' as const),
    }
    const sure = down ? 'certain' : 'likely'
    if (!service.ok) return down ? warning(detail, sure, ...agent.evidence) : unknown(service.problem)
    if (service.fact.serves) return warning(detail, sure, ...agent.evidence, ...service.fact.evidence)
    return found(detail, sure, ...agent.evidence, ...service.fact.evidence)
  },

  fix: ({ unit, state }, { host }) => [
    state === 'gone' ? startUnit(host, unit, 'this network') : restartAgent(host, unit, 'this network'),
    readLog(host, '/var/log/neutron/dhcp-agent.log'),
  ],

  // Some units take dnsmasq with them and some do not: both gone is what a reboot of the node leaves.
  fault: ({ agent }, { host, subject }) => [
    { on: host, run: ['systemctl', 'stop', agent.unit], undo: ['systemctl', 'restart', agent.unit] },
    { on: host, run: ['sh', '-c', `pkill -f '[d]nsmasq.*${subject.network.id}' || test $? = 1`], undo: ['true'] },
  ],

  words: {
    en: {
      title: 'neutron-dhcp-agent does not work on this host',
      why: 'It starts dnsmasq and tells it of new ports. What dnsmasq knew goes on being served; nothing new is.',
      says: (d) => sentences.en[d.state],
    },
    zh: {
      title: '该主机的 neutron-dhcp-agent 异常',
      why: '它负责拉起 dnsmasq 并把新端口告诉 dnsmasq。已有的还能续租，新的拿不到地址。',
      says: (d) => sentences.zh[d.state],
    },
  },
})

const sentences = {
  en: {
    gone: 'There is no neutron-dhcp-agent process.',
    frozen: 'The neutron-dhcp-agent process is stopped (state T).',
    silent: 'The process is there, but Neutron has no heartbeat of it.',
  },
  zh: {
    gone: '没有 neutron-dhcp-agent 进程。',
    frozen: 'neutron-dhcp-agent 进程处于停止状态（T）。',
    silent: '进程在，但 Neutron 收不到它的心跳。',
  },
}

import { defineCause } from '../../core/cause.ts'
import { maybe } from '../../core/probe.ts'
import { found, ruledOut, unknown, warning } from '../../core/verdict.ts'
import { usualLogs } from '../../probes/agents/log.ts'
import { dhcpAgent } from '../../probes/wiring/agent-state.ts'
import { dhcpService } from '../../probes/wiring/dhcp-service.ts'
import { isServed } from '../applies.ts'
import { troubleOf, troubleWords } from '../agent-trouble.ts'
import { readLog, restartDhcpAgent, startUnit } from '../remedies.ts'

export default defineCause({
  id: 'dhcp-agent-down',
  at: 'dhcp',
  stops: { station: 'dnsmasq' },
  scope: ['port', 'network on host', 'host'],
  applies: isServed,
  needs: { agent: dhcpAgent, service: maybe(dhcpService) },
  explainedBy: ['rabbitmq-unreachable'],

  check({ agent, service }) {
    const trouble = troubleOf(agent)
    if (!trouble) return ruledOut(...agent.evidence)
    if (!agent.expected) return unknown('Neutron knows no DHCP agent on this host', 'Neutron 中该主机没有 DHCP agent')
    const detail = { unit: agent.unit, trouble }
    const sure = trouble === 'silent' ? 'likely' : 'certain'
    if (!service.ok) return trouble === 'silent' ? unknown(service.problem) : warning(detail, sure, ...agent.evidence)
    if (service.fact.serves) return warning(detail, sure, ...agent.evidence, ...service.fact.evidence)
    return found(detail, sure, ...agent.evidence, ...service.fact.evidence)
  },

  fix: ({ unit, trouble }, { host }) => [
    trouble === 'gone'
      ? startUnit(host, unit)
      : restartDhcpAgent(
          host,
          unit,
          'it starts dnsmasq again with what Neutron says now.',
          '它会按 Neutron 当前的数据重新拉起 dnsmasq。',
        ),
    readLog(host, usualLogs['neutron-dhcp-agent']),
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
      says: (d) => troubleWords.en[d.trouble]('neutron-dhcp-agent'),
    },
    zh: {
      title: '该主机的 neutron-dhcp-agent 异常',
      why: '它负责拉起 dnsmasq 并把新端口告诉 dnsmasq。已有的还能续租，新的拿不到地址。',
      says: (d) => troubleWords.zh[d.trouble]('neutron-dhcp-agent'),
    },
  },
})

import { without } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import { every } from '../../core/probe.ts'
import { found, ruledOut } from '../../core/verdict.ts'
import { usualConfig, usualUnits } from '../../probes/agents/agent.ts'
import { agentConfigs } from '../../probes/agents/config.ts'
import { binding } from '../../probes/wiring/binding.ts'
import { changeProfile, listOvsAgent, untilAgent } from '../agent-faults.ts'
import { byHand, rebind, startUnit } from '../remedies.ts'

const unit = usualUnits['neutron-openvswitch-agent'][0] ?? ''
const file = usualConfig['neutron-openvswitch-agent'][0] ?? ''

export default defineCause({
  id: 'port-binding-failed-no-agent',
  at: 'cloud',
  stops: { station: 'guest port' },
  scope: ['port', 'host'],
  needs: { binding, configs: every('compute', agentConfigs) },
  explainedBy: [],

  check({ binding: b, configs }) {
    if (!b.failed) return ruledOut(b.vifType)
    if (b.agent) return ruledOut(b.agent.cite('binary'))
    const config = configs[0]?.fact.ok ? configs[0].fact.fact['neutron-openvswitch-agent'] : undefined
    const named = config?.ok ? config.fact.options.get('DEFAULT/host') : undefined
    const other = named && named.value !== b.host ? named : undefined
    const because = [b.vifType, without('neutron-openvswitch-agent', b.agents.whole), ...(other ? [other] : [])]
    return found({ compute: b.host, named: other?.value }, 'certain', ...because)
  },

  fix: ({ compute, named }, { subject }) => [
    named === undefined
      ? startUnit(compute, unit)
      : byHand(
          compute,
          `Give nova-compute and the agent the same host name: [DEFAULT] host in nova.conf and in ${file} (here: ${named}). Then restart the agent, and delete the agent of the wrong name (openstack network agent list).`,
          `让 nova-compute 和 agent 使用同一个主机名：nova.conf 与 ${file} 的 [DEFAULT] host（当前为 ${named}）。然后重启 agent，并删除名字错误的那条 agent 记录（openstack network agent list）。`,
        ),
    { ...rebind(compute, subject.port.id), follows: 'when ruled out' },
  ],

  // The agent is renamed, as by a wrong [DEFAULT] host, and its old row cleared away.
  fault: (_, { subject }) => {
    const on = subject.compute ?? ''
    const renamed = `${on}.renamed`
    const forget = (host: string) => [
      'sh',
      '-c',
      `${listOvsAgent(host)} -c ID | xargs -r openstack network agent delete`,
    ]
    return [
      // Last of all: it looks at all of its ports with their bindings as they are again.
      { on, run: ['true'], undo: ['systemctl', 'restart', unit] },
      { on: 'api', run: ['true'], undo: changeProfile('unset', subject.port.id) },
      { on: 'api', run: ['true'], undo: forget(renamed) },
      { on: 'api', run: ['true'], undo: untilAgent(on, 'True', 40) },
      { on, run: ['systemctl', 'stop', unit], undo: ['systemctl', 'start', unit] },
      { on: 'api', run: forget(on), undo: ['true'] },
      {
        on,
        run: ['sed', '-i', `s/^\\[DEFAULT\\]/&\\nhost = ${renamed}/`, file],
        undo: ['sed', '-i', '/^host = /d', file],
      },
      { on, run: ['systemctl', 'start', unit], undo: ['systemctl', 'stop', unit] },
      { on: 'api', run: untilAgent(renamed, 'True', 40), undo: ['true'] },
      { on: 'api', run: changeProfile('set', subject.port.id), undo: ['true'] },
    ]
  },

  words: {
    en: {
      title: 'Neutron knows no Open vSwitch agent of the host',
      why: 'ML2 looks for an agent of exactly the name that Nova has for the host; without one it cannot bind the port.',
      says: (d) =>
        `binding:vif_type is binding_failed, and no Open vSwitch agent reports as ${d.compute}${d.named === undefined ? '' : `: [DEFAULT] host there is ${d.named}`}.`,
    },
    zh: {
      title: 'Neutron 中没有该主机的 Open vSwitch agent',
      why: 'ML2 按 Nova 使用的主机名精确查找 agent，找不到就无法绑定端口。',
      says: (d) =>
        `binding:vif_type 为 binding_failed，且没有 Open vSwitch agent 以 ${d.compute} 的名字上报${d.named === undefined ? '' : `：那台主机上的 [DEFAULT] host 是 ${d.named}`}。`,
    },
  },
})

import { without } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import { say } from '../../core/lang.ts'
import { found, ruledOut } from '../../core/verdict.ts'
import { ovsAgent } from '../../probes/wiring/agent-state.ts'
import { provider } from '../../probes/wiring/provider.ts'
import { isPhysical } from '../applies.ts'
import { restartAgent } from '../remedies.ts'

export default defineCause({
  id: 'provider-bridge-missing',
  at: 'ends',
  stops: { station: 'provider bridge' },
  scope: ['host'],
  applies: isPhysical,
  needs: { provider, agent: ovsAgent },
  explainedBy: [],

  check({ provider: p, agent }) {
    if (p.bridge) return ruledOut(p.mapping, p.bridge.source)
    const detail = { bridge: p.name, physicalNetwork: p.physicalNetwork, unit: agent.unit }
    return found(detail, 'certain', p.mapping, without(p.name, p.whole.bridges))
  },

  fix: ({ bridge, unit }, { host }) => [
    {
      on: host,
      risk: "blips this host's ports",
      run: ['ovs-vsctl', '--may-exist', 'add-br', bridge, '--', '--may-exist', 'add-port', bridge, '<NIC>'],
      undo: ['ovs-vsctl', 'del-br', bridge],
      say: say(
        'Create the bridge with its NIC (or correct bridge_mappings, if the name is wrong).',
        '创建网桥并加入业务网卡（如果是 bridge_mappings 写错了，改配置）。',
      ),
    },
    restartAgent(host, unit),
  ],

  fault: ({ provider: p, agent }, { host }) => {
    const nic = p.nics[0]?.name ?? ''
    const type = `datapath_type=${p.bridge?.datapathType ?? ''}`
    const restart = ['systemctl', 'restart', agent.unit]
    return [
      // First, so that it is undone last: the agent ends where the bridge is missing.
      { on: host, run: ['true'], undo: restart },
      {
        on: host,
        run: ['ovs-vsctl', 'del-br', p.name],
        undo: [
          'ovs-vsctl',
          '--may-exist',
          'add-br',
          p.name,
          '--',
          'set',
          'Bridge',
          p.name,
          type,
          '--',
          '--may-exist',
          'add-port',
          p.name,
          nic,
        ],
      },
      { on: host, run: restart, undo: ['true'] },
    ]
  },

  words: {
    en: {
      title: 'The provider bridge does not exist',
      why: 'bridge_mappings names a bridge that Open vSwitch does not have; the agent ends when it starts.',
      says: (d) => `bridge_mappings maps ${d.physicalNetwork} to ${d.bridge}, and there is no such bridge.`,
    },
    zh: {
      title: 'provider 网桥不存在',
      why: 'bridge_mappings 里写的网桥在 Open vSwitch 中不存在，agent 启动时会直接退出。',
      says: (d) => `bridge_mappings 将 ${d.physicalNetwork} 映射到 ${d.bridge}，但主机上没有这个网桥。`,
    },
  },
})

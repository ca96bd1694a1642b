import { without } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import { say } from '../../core/lang.ts'
import { every, type Parsed } from '../../core/probe.ts'
import { found, ruledOut, unknown } from '../../core/verdict.ts'
import { usualConfig, usualUnits } from '../../probes/agents/agent.ts'
import { type AgentConfigs, agentConfigs } from '../../probes/agents/config.ts'
import { binding } from '../../probes/wiring/binding.ts'
import { isPhysical } from '../applies.ts'
import { changeProfile, listOvsAgent } from '../agent-faults.ts'
import { mapBridge, rebind, restartAgent } from '../remedies.ts'

const unit = usualUnits['neutron-openvswitch-agent'][0] ?? ''
const file = usualConfig['neutron-openvswitch-agent'].at(-1) ?? ''

export default defineCause({
  id: 'port-binding-failed-physnet-unmapped',
  at: 'cloud',
  stops: { station: 'guest port' },
  scope: ['port', 'network on host', 'host'],
  applies: isPhysical,
  needs: { binding, configs: every('compute', agentConfigs) },
  explainedBy: ['port-binding-failed-agent-dead'],

  check({ binding: b, configs }, { subject }) {
    const physicalNetwork = subject.network.segment?.physicalNetwork
    if (physicalNetwork === undefined)
      return unknown(
        'the physical network is only shown to an administrator',
        'provider:physical_network 只有管理员能看到',
      )
    if (!b.agent) return ruledOut(b.vifType)
    if (b.agent.bridgeMappings.has(physicalNetwork)) return ruledOut(b.agent.cite(physicalNetwork))
    const detail = {
      compute: b.host,
      physicalNetwork,
      mapped: [...b.agent.bridgeMappings.keys()].join(', '),
      failed: b.failed,
      file: fileOf(configs[0]?.fact) ?? file,
    }
    const because = [b.vifType, without(`"${physicalNetwork}"`, b.agent.cite('bridge_mappings'))]
    // Bound before the mapping went: what the agent has wired since its start, it has wired to no bridge.
    return found(detail, b.failed && b.agent.alive ? 'certain' : 'likely', ...because)
  },

  fix: ({ compute, physicalNetwork, failed, file: named }, { subject }) => [
    mapBridge(compute, named, physicalNetwork),
    {
      ...restartAgent(compute, unit),
      follows: 'at once',
      say: say(
        'Then restart the agent: it tells Neutron of its mappings when it starts.',
        '然后重启 agent：它在启动时向 Neutron 上报 bridge_mappings。',
      ),
    },
    ...(failed ? [{ ...rebind(compute, subject.port.id), follows: 'when ruled out' as const }] : []),
  ],

  // Misspelt, as it happens: the bridge and its NIC stay.
  fault: (_, { subject }) => {
    const on = subject.compute ?? ''
    const name = subject.network.segment?.physicalNetwork ?? ''
    const respell = (from: string, to: string) => ['sed', '-i', `/^bridge_mappings/s/\\b${from}:/${to}:/`, file]
    const restart = ['systemctl', 'restart', unit]
    const until = (test: string) => [
      'sh',
      '-c',
      `id=$(${listOvsAgent(on)} -c ID); for i in $(seq 40); do ${test} openstack network agent show $id -f json -c configuration | grep -q '"${name}"' && exit 0; sleep 1; done; exit 1`,
    ]
    return [
      { on: 'api', run: ['true'], undo: changeProfile('unset', subject.port.id) },
      { on: 'api', run: ['true'], undo: until('') },
      { on, run: ['true'], undo: restart },
      { on, run: respell(name, `${name}x`), undo: respell(`${name}x`, name) },
      { on, run: restart, undo: ['true'] },
      { on: 'api', run: until('!'), undo: ['true'] },
      { on: 'api', run: changeProfile('set', subject.port.id), undo: ['true'] },
    ]
  },

  words: {
    en: {
      title: "The host's agent has no bridge for the physical network",
      why: 'ML2 binds a port only to a host whose Open vSwitch agent has reported a bridge for its physical network.',
      says: (d) =>
        `The agent on ${d.compute} has reported a bridge for ${d.mapped === '' ? 'no physical network at all' : d.mapped}, and not for ${d.physicalNetwork}${d.failed ? '; binding:vif_type is binding_failed' : '; the port was bound before'}.`,
    },
    zh: {
      title: '该主机的 agent 没有为物理网络配置网桥',
      why: '只有 Open vSwitch agent 上报了物理网络对应的网桥，ML2 才会把端口绑定到该主机。',
      says: (d) =>
        `${d.compute} 上 agent 的 bridge_mappings ${d.mapped === '' ? '为空' : `只有 ${d.mapped}`}，没有 ${d.physicalNetwork}${d.failed ? '；binding:vif_type 为 binding_failed' : '；端口是之前绑定的'}。`,
    },
  },
})

/** Where the agent has its mappings: `PATH:bridge_mappings = …`. */
function fileOf(configs: Parsed<AgentConfigs> | undefined): string | undefined {
  const config = configs?.ok ? configs.fact['neutron-openvswitch-agent'] : undefined
  const option = config?.ok ? config.fact.options.get('ovs/bridge_mappings') : undefined
  return option && /^(\/[^:]+):/.exec(option.line)?.[1]
}

import { say } from '../core/lang.ts'
import type { Remedy, Risk } from '../core/step.ts'
import type { Port } from '../core/subject.ts'
import type { ApiAgent } from '../probes/api/agents.ts'

/** Repairs that several causes share. The agent's own repair comes before a hand-made one. */

export const restartAgent = (on: string, unit: string): Remedy => ({
  on,
  risk: 'restarts a service',
  run: ['systemctl', 'restart', unit],
  say: say(
    'Restart the agent: it reads its ports from Neutron again and writes the flows that should be there.',
    '重启 agent：它会从 Neutron 重新同步端口，并把应有的流表重新下发。',
  ),
})

export const restartDhcpAgent = (on: string, unit: string, en: string, zh: string): Remedy => ({
  on,
  risk: 'restarts a service',
  run: ['systemctl', 'restart', unit],
  say: say(
    `Restart the DHCP agent: ${en} DHCP of all its networks pauses for a moment.`,
    `重启 dhcp agent：${zh}该 agent 上所有网络的 DHCP 会短暂中断。`,
  ),
})

/**
 * The network alone: the agent makes its namespace and its dnsmasq anew, and touches no other network. Its DHCP port keeps
 * the address meanwhile (Neutron, `DEVICE_ID_RESERVED_DHCP_PORT`). `agent`: UUID; absent where none is heard.
 */
export const reschedule = (agent: string | undefined, network: string): readonly Remedy[] => {
  if (agent === undefined) return []
  const to = (verb: 'add' | 'remove') => ['openstack', 'network', 'agent', verb, 'network', '--dhcp', agent, network]
  const one = { on: 'api', risk: 'restarts a service' } as const
  return [
    {
      ...one,
      run: to('remove'),
      say: say(
        'Or this network alone, where the DHCP of the others must not pause: take it from the DHCP agent,',
        '或者只处理这一个网络，不影响其他网络的 DHCP：先从 dhcp agent 上移走，',
      ),
    },
    {
      ...one,
      run: to('add'),
      follows: 'at once',
      say: say(
        'and give it back: the agent makes namespace and dnsmasq anew.',
        '再加回来：agent 会重建 namespace 和 dnsmasq。',
      ),
    },
  ]
}

/** The DHCP agent that a network can be given back to: one that Neutron hears. */
export const heard = (agent: ApiAgent | undefined): string | undefined => (agent?.alive ? agent.id : undefined)

export const startUnit = (on: string, unit: string, risk: Risk = 'restarts a service'): Remedy => ({
  on,
  risk,
  run: ['systemctl', 'start', unit],
  undo: ['systemctl', 'stop', unit],
  say: say('Start the service, then see in its log that it stays up.', '启动服务，再看日志确认它没有再次退出。'),
})

export const addFlow = (on: string, bridge: string, flow: string): Remedy => ({
  on,
  risk: 'none',
  run: ['ovs-ofctl', 'add-flow', bridge, flow],
  undo: ['ovs-ofctl', '--strict', 'del-flows', bridge, flow.replace(/,?actions=.*$/, '')],
  say: say(
    'If the agent cannot be restarted now: add the flow by hand. The next start of the agent replaces it.',
    '如果现在不能重启 agent：手动添加流表应急。agent 下次启动时会用自己的流表替换它。',
  ),
})

/** `rule` names its cookie: no other flow is met. */
export const deleteFlow = (on: string, bridge: string, rule: string, actions: string): Remedy => ({
  on,
  risk: 'none',
  run: ['ovs-ofctl', '--strict', 'del-flows', bridge, rule],
  undo: ['ovs-ofctl', 'add-flow', bridge, `${rule.replace(/\/-1,/, ',')},actions=${actions}`],
  say: say('Delete this flow alone.', '只删除这一条流表。'),
})

/** ML2 binds a port again when it is told its host. */
export const rebind = (host: string, port: string): Remedy => ({
  on: 'api',
  risk: 'blips this port',
  run: ['openstack', 'port', 'set', '--host', host, port],
  say: say('Bind the port again to the host where it is.', '在原主机上重新绑定端口。'),
})

/** `prefix` enters a namespace. */
export const setUp = (on: string, device: string, prefix: readonly string[] = []): Remedy => ({
  on,
  risk: 'none',
  run: [...prefix, 'ip', 'link', 'set', device, 'up'],
  undo: [...prefix, 'ip', 'link', 'set', device, 'down'],
  say: say('Set the device up.', '把设备 up 起来。'),
})

/** Adds to `bridge_mappings` of a configuration file. Which bridge it is, only a person can say. */
export const mapBridge = (on: string, file: string, physicalNetwork: string): Remedy => ({
  on,
  risk: 'none',
  run: ['crudini', '--set', '--list', file, 'ovs', 'bridge_mappings', `${physicalNetwork}:<BRIDGE>`],
  say: say(
    `Give ${physicalNetwork} its bridge in bridge_mappings. See first that the bridge has the NIC of ${physicalNetwork}, and not another network's: a wrong bridge joins two networks. A misspelt name for the same bridge has to go.`,
    `在 bridge_mappings 中为 ${physicalNetwork} 指定网桥。先确认该网桥上接的是 ${physicalNetwork} 的业务网卡：配错网桥会把两个二层网络连在一起。同一网桥上写错的名字要删掉。`,
  ),
})

/** Something that no command does: for people, or for the network team. */
export const byHand = (on: string, en: string, zh: string): Remedy => ({ on, risk: 'manual', say: say(en, zh) })

/** "看日志！": under each name that distributions give the file. */
export const readLog = (on: string, names: readonly string[]): Remedy => ({
  on,
  risk: 'none',
  run: ['tail', '-n', '100', ...names],
  say: say("Read the agent's log for the reason.", '看 agent 日志找原因。'),
})

/** What Nova and os-vif do to plug a tap (os-vif, vif_plug_ovs/ovsdb/ovsdb_lib.py). */
export const plug = (bridge: string, tap: string, port: Port): readonly string[] => [
  ...['ovs-vsctl', '--', '--may-exist', 'add-port', bridge, tap, '--', 'set', 'Interface', tap],
  ...[
    `external_ids:iface-id=${port.id}`,
    `external_ids:attached-mac="${port.mac}"`,
    'external_ids:iface-status=active',
  ],
  `external_ids:vm-uuid=${port.deviceId}`,
]

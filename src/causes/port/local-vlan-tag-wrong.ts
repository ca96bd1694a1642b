import { defineCause } from '../../core/cause.ts'
import { say } from '../../core/lang.ts'
import { maybe } from '../../core/probe.ts'
import { integer } from '../../core/scan.ts'
import { found, ruledOut, unknown } from '../../core/verdict.ts'
import { ovsAgent } from '../../probes/wiring/agent-state.ts'
import { DEAD_VLAN, localVlan } from '../../probes/wiring/local-vlan.ts'
import { attachedVif } from '../../probes/wiring/vif.ts'
import { restartAgent } from '../remedies.ts'
import { unbound } from '../unbound.ts'

export default defineCause({
  id: 'local-vlan-tag-wrong',
  at: 'compute',
  stops: { station: 'br-int' },
  scope: ['port'],
  needs: { vif: attachedVif, local: maybe(localVlan), agent: ovsAgent },
  explainedBy: [
    ...unbound,
    'ovs-agent-down',
    'ovs-restart-agent-not-recovered',
    'vswitchd-down',
    'port-admin-down',
    'of-controller-disconnected',
    'rabbitmq-unreachable',
  ],

  check({ vif: v, local, agent }) {
    if (!v.onIntegration) return unknown(`${v.port.name} is not on br-int`, `${v.port.name} 不在 br-int 上`)
    if (!agent.expected)
      return unknown('Neutron knows no Open vSwitch agent on this host', 'Neutron 中该主机没有 Open vSwitch agent')
    if (v.port.tag === DEAD_VLAN) return unknown('the port is parked on VLAN 4095', '端口停在 VLAN 4095 上')
    const noted = integer(v.port.otherConfig.get('tag'))
    const expected = noted ?? (local.ok ? local.fact.id : undefined)
    const detail = { tap: v.port.name, tag: v.port.tag, expected, unit: agent.unit }
    // A port without a tag of its own note is one that the agent has not wired (yet).
    if (v.port.tag === undefined && noted === undefined) return found(detail, 'likely', v.port.source)
    if (expected === undefined) return local.ok ? unknown('no local VLAN', '没有内部 VLAN') : unknown(local.problem)
    return v.port.tag === expected
      ? ruledOut(v.port.source)
      : found(detail, 'certain', v.port.source, ...(local.ok ? [local.fact.source] : []))
  },

  fix: ({ tap, tag, expected, unit }, { host }) => [
    ...(expected === undefined
      ? []
      : [
          {
            on: host,
            risk: 'none' as const,
            run: ['ovs-vsctl', 'set', 'Port', tap, `tag=${expected}`],
            undo: ['ovs-vsctl', 'set', 'Port', tap, `tag=${tag ?? '[]'}`],
            say: say(
              'Set the tag back. The agent does not watch it and would not notice by itself.',
              '把 tag 改回来。agent 不监测 tag，自己发现不了。',
            ),
          },
        ]),
    restartAgent(host, unit),
  ],

  fault: ({ vif: v }, { host }) => [
    {
      on: host,
      run: ['ovs-vsctl', 'set', 'Port', v.port.name, 'tag=77'],
      undo: ['ovs-vsctl', 'set', 'Port', v.port.name, `tag=${v.port.tag ?? '[]'}`],
    },
  ],

  words: {
    en: {
      title: "The port's tag is not the local VLAN of its network",
      why: 'The VM sits in another broadcast domain of br-int than its DHCP server and gateway.',
      says: (d) =>
        d.tag === undefined
          ? `${d.tap} has no tag: the agent has not wired it.`
          : `${d.tap} has tag ${d.tag}; the local VLAN of its network here is ${d.expected}.`,
    },
    zh: {
      title: '端口的 tag 与所属网络的内部 VLAN 不一致',
      why: '虚拟机与它的 DHCP、网关不在 br-int 的同一个广播域。',
      says: (d) =>
        d.tag === undefined
          ? `${d.tap} 没有 tag：agent 还没有接好它。`
          : `${d.tap} 的 tag 是 ${d.tag}，而该网络在本机的内部 VLAN 是 ${d.expected}。`,
    },
  },
})

import type { Evidence } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import { maybe } from '../../core/probe.ts'
import { found, ruledOut, unknown, warning } from '../../core/verdict.ts'
import { type ApiDhcpPort, apiDhcpPorts } from '../../probes/api/dhcp-ports.ts'
import { type Ovsdb, type OvsPort, ovsdb } from '../../probes/ovs/ovsdb.ts'
import { ovsAgent } from '../../probes/wiring/agent-state.ts'
import { DEAD_VLAN } from '../../probes/wiring/local-vlan.ts'
import { isUntouched } from '../../probes/wiring/neglected.ts'
import { isServed } from '../applies.ts'
import { park } from '../parked.ts'
import { rebind, restartAgent } from '../remedies.ts'

/** Seconds. */
const SETTLING = 60

export default defineCause({
  id: 'dhcp-port-dead-or-unbound',
  at: 'dhcp',
  stops: { station: 'DHCP namespace' },
  scope: ['network on host'],
  applies: isServed,
  needs: { ovsdb, ports: maybe(apiDhcpPorts), agent: ovsAgent },
  explainedBy: [
    ...(['ovs-agent-down', 'ovs-restart-agent-not-recovered', 'vswitchd-down', 'provider-bridge-missing'] as const),
    ...([
      'subnet-dhcp-disabled',
      'dhcp-network-unscheduled',
      'of-controller-disconnected',
      'rabbitmq-unreachable',
    ] as const),
  ],

  check({ ovsdb: db, ports, agent }, { subject, host }) {
    const mine = subject.dhcpPorts.filter((p) => p.host === host)
    const plugged = mine.flatMap(({ id }) => rowOf(db, id) ?? [])
    if (plugged.length === 0)
      return unknown(
        `none of the network's DHCP ports is in Open vSwitch of ${host}`,
        `${host} 的 Open vSwitch 中没有该网络的 DHCP 端口`,
      )
    const unbound = ports.ok ? ports.fact.find((p) => isUnbound(p) && mine.some(({ id }) => id === p.id)) : undefined
    const bare = plugged.find(isBare)
    const because: readonly Evidence[] = [
      ...(unbound ? [unbound.cite('binding:vif_type')] : []),
      ...(bare ? [bare.source] : []),
    ]
    const detail = {
      ...{ device: bare?.name ?? plugged[0]?.name ?? '', parked: bare?.tag === DEAD_VLAN },
      ...{ wired: bare === undefined, unbound: unbound?.id, unit: agent.unit },
    }
    // An agent that has just been started comes to it yet.
    const settled = (agent.process?.age ?? 0) > SETTLING
    if (bare) return found(detail, unbound || (detail.parked && settled) ? 'certain' : 'likely', ...because)
    // The agent has not looked again since: its flows still serve.
    if (unbound) return warning(detail, 'certain', ...because)
    return ruledOut(...plugged.map((row) => row.source))
  },

  fix: ({ unbound, unit }, { host }) => [
    ...(unbound === undefined ? [] : [rebind(host, unbound)]),
    restartAgent(host, unit),
  ],

  fault: ({ ovsdb: db }, { host, subject }) => {
    const plugged = subject.dhcpPorts.filter((p) => p.host === host).flatMap(({ id }) => rowOf(db, id) ?? [])
    return plugged.map((port) => park(host, port))
  },

  words: {
    en: {
      title: "The network's DHCP port is not wired",
      why: 'The Open vSwitch agent of the network node wires the DHCP port as it does a VM; unwired, dnsmasq hears nobody.',
      says: (d) =>
        `${d.device} ${d.wired ? 'is still wired' : d.parked ? 'is parked on the dead VLAN 4095' : 'has no local VLAN'}${d.unbound === undefined ? '' : ', and binding:vif_type of the DHCP port is binding_failed'}.`,
    },
    zh: {
      title: '该网络的 DHCP 端口没有接好',
      why: '网络节点的 OVS agent 像对待虚拟机一样接入 DHCP 端口；没有接好时，dnsmasq 收不到任何请求。',
      says: (d) =>
        `${d.device} ${d.wired ? '目前仍然接着' : d.parked ? '被置于 dead VLAN 4095' : '没有内部 VLAN'}${d.unbound === undefined ? '' : '，DHCP 端口的 binding:vif_type 为 binding_failed'}。`,
    },
  },
})

const rowOf = (db: Ovsdb, id: string): OvsPort | undefined =>
  db.bridges
    .flatMap((b) => b.ports)
    .find((p) => p.interfaces.some((i) => i.externalIds.get('iface-id') === id && i.ofport !== -1))

const isUnbound = ({ vifType }: ApiDhcpPort) => vifType === 'binding_failed'

const isBare = (port: OvsPort) => port.tag === DEAD_VLAN || isUntouched(port)

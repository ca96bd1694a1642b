import { without } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import { maybe } from '../../core/probe.ts'
import { found, ruledOut } from '../../core/verdict.ts'
import { distributed } from '../../expected/distributed.ts'
import { ownFlow } from '../../expected/row.ts'
import { fromTunnelForm } from '../../expected/tunnel.ts'
import type { Flow } from '../../openflow/flow.ts'
import { rewrittenVlan } from '../../openflow/vlan.ts'
import { ovsAgent } from '../../probes/wiring/agent-state.ts'
import { tunnelFlows } from '../../probes/wiring/tunnel.ts'
import { isOverlay } from '../applies.ts'
import { addFlow, restartAgent } from '../remedies.ts'
import { unbound } from '../unbound.ts'

/** Where each kind of tunnel's frames get their local VLAN (neutron_lib, ovs_constants.py). */
const tables: Readonly<Record<string, number>> = { gre: 3, vxlan: 4, geneve: 6 }

export default defineCause({
  id: 'tun-inbound-map-missing',
  at: 'ends',
  stops: { station: 'tunnel bridge', heading: 'in' },
  scope: ['network on host'],
  applies: isOverlay,
  needs: { tunnel: tunnelFlows, agent: ovsAgent, distributed: maybe(distributed) },
  explainedBy: [...unbound, 'ovs-restart-agent-not-recovered', 'vswitchd-down', 'brint-default-flows-missing'],

  check({ tunnel: t, agent, distributed: dvr }) {
    const rows = t.table.flows.filter((f) => f.table === tables[t.type] && isOfNetwork(f, t.id))
    const right = rows.find((f) => rewrittenVlan(f) === t.local.id)
    if (right) return ruledOut(right.source, t.local.source)
    const wrong = rows.find((f) => rewrittenVlan(f) !== undefined)
    const detail = {
      ...{ bridge: t.bridge.name, table: tables[t.type] ?? 0, id: t.id, local: t.local.id, unit: agent.unit },
      other: wrong && rewrittenVlan(wrong),
      ...(dvr.ok ? { flow: ownFlow(fromTunnelForm(t, dvr.fact), t.table) } : {}),
    }
    const drop = t.table.flows.find((f) => f.table === tables[t.type] && f.priority === 0)
    const seen = wrong?.source ?? without(`tun_id=${hex(t.id)}`, t.table.whole)
    return found(detail, 'certain', seen, ...(drop && !wrong ? [drop.source] : []), t.local.source)
  },

  fix: (d, { host }) => [
    restartAgent(host, d.unit),
    ...(d.flow === undefined ? [] : [addFlow(host, d.bridge, d.flow)]),
  ],

  fault: ({ tunnel: t, agent }, { host }) => [
    {
      on: host,
      run: ['ovs-ofctl', 'del-flows', t.bridge.name, `table=${tables[t.type] ?? 0},tun_id=${hex(t.id)}`],
      undo: ['systemctl', 'restart', agent.unit],
    },
  ],

  words: {
    en: {
      title: "The flow from the tunnel's ID to the local VLAN is missing on br-tun",
      why: 'What comes for the VM out of the tunnel (DHCP offers, ARP answers) is dropped where it enters br-tun.',
      says: (d) =>
        d.other === undefined
          ? `${d.bridge} has no flow for tun_id=${hex(d.id)} in table ${d.table} (it should become local VLAN ${d.local}).`
          : `${d.bridge} turns tun_id=${hex(d.id)} into local VLAN ${d.other}, and the network has local VLAN ${d.local} here.`,
    },
    zh: {
      title: 'br-tun 缺少隧道 ID 到内部 VLAN 的转换流表',
      why: '从隧道回来的报文（DHCP OFFER、ARP 应答等）一进 br-tun 就被丢弃。',
      says: (d) =>
        d.other === undefined
          ? `${d.bridge} 的 table ${d.table} 中没有 tun_id=${hex(d.id)} 的流表（应转换为内部 VLAN ${d.local}）。`
          : `${d.bridge} 把 tun_id=${hex(d.id)} 转换成了内部 VLAN ${d.other}，而该网络在本机的内部 VLAN 是 ${d.local}。`,
    },
  },
})

const hex = (id: number) => `0x${id.toString(16)}`

const isOfNetwork = (flow: Flow, id: number) => Number(flow.match.get('tun_id') ?? flow.match.get('tunnel_id')) === id

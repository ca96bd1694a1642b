import { without } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import { maybe } from '../../core/probe.ts'
import { found, ruledOut } from '../../core/verdict.ts'
import { nextTable } from '../../expected/pipeline.ts'
import { inboundForm } from '../../expected/provider.ts'
import { ownFlow } from '../../expected/row.ts'
import { ovsAgent } from '../../probes/wiring/agent-state.ts'
import { agentCookie, translation } from '../../probes/wiring/translation.ts'
import { isPhysical } from '../applies.ts'
import { addFlow, restartAgent } from '../remedies.ts'
import { unbound } from '../unbound.ts'

export default defineCause({
  id: 'brint-inbound-translation-missing',
  at: 'ends',
  stops: { station: 'br-int', heading: 'in' },
  scope: ['network on host'],
  applies: isPhysical,
  needs: { translation, agent: ovsAgent, next: maybe(nextTable) },
  explainedBy: [
    ...unbound,
    'ovs-restart-agent-not-recovered',
    'brint-default-flows-missing',
    'vswitchd-down',
    'patch-port-broken',
  ],

  check({ translation: t, agent, next }) {
    const present = t.inbound[0]
    if (present) return ruledOut(present.source, t.local.source)
    const drop = t.tables.integration.flows.find(
      (f) => f.table === 0 && f.match.get('in_port') === t.intPort && f.priority === 2,
    )
    const detail = {
      bridge: t.provider.integration?.name ?? 'br-int',
      intPort: t.intPort,
      local: t.local.id,
      segment: t.segment,
      unit: agent.unit,
      ...(next.ok ? { flow: ownFlow(inboundForm(t, next.fact), t.tables.integration) } : {}),
    }
    const missing = without(matchOf(t), t.tables.integration.whole)
    return found(detail, 'certain', missing, ...(drop ? [drop.source] : []), t.local.source, t.provider.mapping)
  },

  fix: (d, { host }) => [
    restartAgent(host, d.unit),
    ...(d.flow === undefined ? [] : [addFlow(host, d.bridge, d.flow)]),
  ],

  fault: ({ translation: t }, { host }) => {
    const bridge = t.provider.integration?.name ?? 'br-int'
    const match = `table=0,priority=3,${matchOf(t)}`
    const flow = `cookie=${agentCookie(t.tables.integration) ?? '0x0'},${match},actions=${t.inbound[0]?.actions.join(',') ?? ''}`
    return [
      {
        on: host,
        run: ['ovs-ofctl', '--strict', 'del-flows', bridge, match],
        undo: ['ovs-ofctl', 'add-flow', bridge, flow],
      },
    ]
  },

  words: {
    en: {
      title: 'The flow from segmentation ID to local VLAN is missing on br-int',
      why: 'What comes for the VM from the wire (DHCP offers, ARP answers) is dropped where it enters br-int.',
      says: (d) =>
        `${d.bridge} has no flow for in_port=${d.intPort} and ${d.segment === 'untagged' ? 'untagged frames' : `VLAN ${d.segment}`} (it should become local VLAN ${d.local}).`,
    },
    zh: {
      title: 'br-int 缺少外部 VLAN 到内部 VLAN 的转换流表',
      why: '从物理网络回来的报文（DHCP OFFER、ARP 应答等）一进 br-int 就被丢弃。',
      says: (d) =>
        `${d.bridge} 上没有 in_port=${d.intPort}、${d.segment === 'untagged' ? '不带 tag' : `外部 VLAN ${d.segment}`} 的流表（应转换为内部 VLAN ${d.local}）。`,
    },
  },
})

const matchOf = (t: { readonly intPort: string; readonly segment: number | 'untagged' }) =>
  `in_port=${t.intPort},${t.segment === 'untagged' ? 'vlan_tci=0x0000/0x1fff' : `dl_vlan=${t.segment}`}`

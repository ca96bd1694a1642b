import { without } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import { maybe } from '../../core/probe.ts'
import { found, ruledOut } from '../../core/verdict.ts'
import { distributed } from '../../expected/distributed.ts'
import { outboundForm } from '../../expected/provider.ts'
import { ownFlow } from '../../expected/row.ts'
import { ovsAgent } from '../../probes/wiring/agent-state.ts'
import { agentCookie, translation } from '../../probes/wiring/translation.ts'
import { isPhysical } from '../applies.ts'
import { addFlow, restartAgent } from '../remedies.ts'
import { unbound } from '../unbound.ts'

export default defineCause({
  id: 'provider-outbound-translation-missing',
  at: 'ends',
  stops: { station: 'provider bridge', heading: 'out' },
  scope: ['network on host'],
  applies: isPhysical,
  needs: { translation, agent: ovsAgent, distributed: maybe(distributed) },
  explainedBy: [
    ...unbound,
    'provider-bridge-flows-wiped',
    'ovs-restart-agent-not-recovered',
    'vswitchd-down',
    'patch-port-broken',
  ],

  check({ translation: t, agent, distributed: dvr }) {
    const present = t.outbound[0]
    if (present) return ruledOut(t.local.source, present.source)
    const drop = t.tables.provider.flows.find((f) => f.match.get('in_port') === t.phyPort && f.priority === 2)
    const detail = {
      bridge: t.provider.name,
      phyPort: t.phyPort,
      local: t.local.id,
      segment: t.segment,
      unit: agent.unit,
      ...(dvr.ok ? { flow: ownFlow(outboundForm(t, dvr.fact), t.tables.provider) } : {}),
    }
    const missing = without(`in_port=${t.phyPort},dl_vlan=${t.local.id}`, t.tables.provider.whole)
    return found(detail, 'certain', missing, ...(drop ? [drop.source] : []), t.local.source, t.provider.mapping)
  },

  fix: (d, { host }) => [
    restartAgent(host, d.unit),
    ...(d.flow === undefined ? [] : [addFlow(host, d.bridge, d.flow)]),
  ],

  fault: ({ translation: t }, { host }) => {
    const match = `table=0,priority=4,in_port=${t.phyPort},dl_vlan=${t.local.id}`
    const actions = t.outbound[0]?.actions.join(',') ?? ''
    const flow = `cookie=${agentCookie(t.tables.provider) ?? '0x0'},${match},actions=${actions}`
    return [
      {
        on: host,
        run: ['ovs-ofctl', '--strict', 'del-flows', t.provider.name, match],
        undo: ['ovs-ofctl', 'add-flow', t.provider.name, flow],
      },
    ]
  },

  words: {
    en: {
      title: 'The flow from local VLAN to segmentation ID is missing on the provider bridge',
      why: 'What the VM sends reaches the provider bridge with a local VLAN that means nothing outside, and is dropped there.',
      says: (d) =>
        `${d.bridge} has no flow for in_port=${d.phyPort},dl_vlan=${d.local} (it should become ${wire(d.segment)}).`,
    },
    zh: {
      title: 'provider 网桥缺少内部 VLAN 到外部 VLAN 的转换流表',
      why: '虚拟机发出的报文带着内部 VLAN 到达 provider 网桥，没有转换流表就会被丢弃。',
      says: (d) => `${d.bridge} 上没有 in_port=${d.phyPort},dl_vlan=${d.local} 的流表（应转换为 ${wire(d.segment)}）。`,
    },
  },
})

const wire = (segment: number | 'untagged') => (segment === 'untagged' ? 'untagged' : `VLAN ${segment}`)

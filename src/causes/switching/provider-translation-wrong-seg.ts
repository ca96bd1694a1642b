import { defineCause } from '../../core/cause.ts'
import type { Flow } from '../../openflow/flow.ts'
import { matchedVlan, rewrittenVlan } from '../../openflow/vlan.ts'
import { found, ruledOut, unknown } from '../../core/verdict.ts'
import { ovsAgent } from '../../probes/wiring/agent-state.ts'
import { type Translation, translation } from '../../probes/wiring/translation.ts'
import { isPhysical } from '../applies.ts'
import { restartAgent } from '../remedies.ts'

export default defineCause({
  id: 'provider-translation-wrong-seg',
  at: 'ends',
  stops: { station: 'provider bridge' },
  scope: ['network on host'],
  applies: isPhysical,
  needs: { translation, agent: ovsAgent },
  explainedBy: ['ovs-restart-agent-not-recovered', 'vswitchd-down'],

  check({ translation: t, agent }) {
    const wrong = wrongFlow(t)
    if (wrong)
      return found(
        { ...wrong, local: t.local.id, segment: t.segment, unit: agent.unit },
        'certain',
        wrong.flow.source,
        t.local.source,
      )
    const both = [...winners(t.outbound), ...winners(t.inbound)]
    return both.length === 0
      ? unknown('no translation flow to compare', '没有可比较的 VLAN 转换流表')
      : ruledOut(...both.map((f) => f.source))
  },

  fix: ({ unit }, { host }) => [restartAgent(host, unit)],

  fault: ({ translation: t }, { host }) => {
    const flow = t.outbound[0]
    const match = `table=0,priority=4,in_port=${t.phyPort},dl_vlan=${t.local.id}`
    // mod-flows leaves the agent's cookie on it: only the value gives it away.
    const mod = (actions: string) => [
      'ovs-ofctl',
      '--strict',
      'mod-flows',
      t.provider.name,
      `${match},actions=${actions}`,
    ]
    return [{ on: host, run: mod('mod_vlan_vid:999,NORMAL'), undo: mod(flow?.actions.join(',') ?? '') }]
  },

  words: {
    en: {
      title: "VLAN translation points to another VLAN than the network's segmentation ID",
      why: 'Frames leave (or arrive) in the wrong VLAN, so they reach another network or nobody.',
      says: (d) =>
        d.heading === 'out'
          ? `${d.bridge} sends local VLAN ${d.local} out as VLAN ${d.actual}, and the segmentation ID is ${d.segment}.`
          : `${d.bridge} turns VLAN ${d.segment} into local VLAN ${d.actual}, and the network's local VLAN is ${d.local}.`,
    },
    zh: {
      title: 'VLAN 转换流表与网络的 segmentation ID 不一致',
      why: '报文带着错误的 VLAN 出去（或进来），到了别的网络或者没人收。',
      says: (d) =>
        d.heading === 'out'
          ? `${d.bridge} 把内部 VLAN ${d.local} 转成了外部 VLAN ${d.actual}，而网络的 segmentation ID 是 ${d.segment}。`
          : `${d.bridge} 把外部 VLAN ${d.segment} 转成了内部 VLAN ${d.actual}，而该网络的内部 VLAN 是 ${d.local}。`,
    },
  },
})

interface Wrong {
  readonly flow: Flow
  readonly heading: 'out' | 'in'
  readonly bridge: string
  readonly actual: number | 'untagged'
}

function wrongFlow(t: Translation): Wrong | undefined {
  const out = winners(t.outbound).find((f) => rewrittenVlan(f) !== t.segment)
  if (out) return { flow: out, heading: 'out', bridge: t.provider.name, actual: rewrittenVlan(out) ?? 'untagged' }
  const back = winners(t.inbound).find((f) => rewrittenVlan(f) !== t.local.id)
  if (back)
    return {
      flow: back,
      heading: 'in',
      bridge: t.provider.integration?.name ?? 'br-int',
      actual: rewrittenVlan(back) ?? 'untagged',
    }
  const intruder = t.inbound.length === 0 ? t.intruding[0] : undefined
  return (
    intruder && {
      flow: intruder,
      heading: 'in',
      bridge: t.provider.integration?.name ?? 'br-int',
      actual: matchedVlan(intruder) ?? 'untagged',
    }
  )
}

/** Of flows for the same frames only the one of highest priority counts. */
const winners = (flows: readonly Flow[]) => {
  const top = Math.max(...flows.map((f) => f.priority))
  return flows.filter((f) => f.priority === top)
}

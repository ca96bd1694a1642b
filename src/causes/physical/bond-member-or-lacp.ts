import { defineCause } from '../../core/cause.ts'
import type { Evidence } from '../../core/answer.ts'
import { found, ruledOut, unknown, warning } from '../../core/verdict.ts'
import { type Bonds, bonds } from '../../probes/ovs/bond.ts'
import { provider } from '../../probes/wiring/provider.ts'
import { isPhysical } from '../applies.ts'
import { byHand } from '../remedies.ts'

export default defineCause({
  id: 'bond-member-or-lacp',
  at: 'ends',
  stops: { station: 'NIC' },
  scope: ['host'],
  applies: isPhysical,
  needs: { provider, bonds },
  explainedBy: ['nic-link-down'],

  check({ provider: p, bonds: b }) {
    if (p.nics.length === 0) return unknown(`${p.name} has no NIC to look at`, `${p.name} 上没有可检查的网卡`)
    const sides = [b.ovs, b.kernel]
    for (const nic of p.nics) {
      const isOvsBond = nic.interfaces.length > 1
      const side = isOvsBond ? b.ovs : b.kernel
      if (!side.ok) return unknown(side.problem)
      const state = stateOf(nic.name, side.fact)
      if (!state) continue
      const detail = {
        bond: nic.name,
        down: state.down,
        members: state.members,
        noPartner: state.partner !== undefined,
      }
      const because = [...(state.partner ? [state.partner] : []), ...state.evidence]
      if (state.down.length === state.members) return found(detail, 'certain', ...because)
      if (side.fact.untold.has(nic.name))
        return unknown(`${nic.name} does not tell of its LACP partner`, `${nic.name} 没有给出 LACP 对端信息`)
      // A member that is enabled without a partner carries traffic (lacp-fallback-ab).
      if (state.partner && isOvsBond) return warning(detail, 'likely', ...because)
      if (state.partner) return found(detail, 'possible', ...because)
      if (state.down.length > 0) return warning(detail, 'certain', ...because)
    }
    const members = sides
      .flatMap((s) => (s.ok ? s.fact.members : []))
      .filter((m) => p.nics.some((nic) => nic.name === m.bond))
    return ruledOut(...p.nics.map((nic) => nic.source), ...members.map((m) => m.source))
  },

  fix: ({ bond, down, noPartner }, { host }) => [
    noPartner
      ? byHand(
          host,
          `On the switch: put the ports of ${host} ${bond} into one LACP port channel (or switch LACP off on both sides).`,
          `在交换机上把 ${host} ${bond} 对应的端口加入同一个 LACP 聚合组（或两端都关闭 LACP）。`,
        )
      : byHand(
          host,
          `Check cable and switch port of ${down.join(', ')}.`,
          `检查 ${down.join('、')} 的网线和交换机端口。`,
        ),
  ],

  words: {
    en: {
      title: 'The bond of the provider bridge does not carry traffic',
      why: 'A bond whose members are disabled, or whose LACP has no partner, drops what it is given.',
      says: (d) =>
        `${d.bond}: ${d.down.length} of ${d.members} members are disabled${d.noPartner ? '; LACP has no partner' : ''}.`,
    },
    zh: {
      title: '业务网卡的 bond 不转发流量',
      why: '成员口被禁用、或 LACP 没有协商到对端时，bond 会丢弃报文。',
      says: (d) =>
        `${d.bond}：${d.members} 个成员口中有 ${d.down.length} 个被禁用${d.noPartner ? '；LACP 没有协商到对端' : ''}。`,
    },
  },
})

interface BondState {
  readonly down: readonly string[]
  readonly members: number
  readonly partner?: Evidence
  readonly evidence: readonly Evidence[]
}

function stateOf(bond: string, of: Bonds): BondState | undefined {
  const members = of.members.filter((m) => m.bond === bond)
  if (members.length === 0) return undefined
  const partner = of.partnerless.get(bond)
  return {
    down: members.filter((m) => !m.up).map((m) => m.name),
    members: members.length,
    ...(partner ? { partner } : {}),
    evidence: members.map((m) => m.source),
  }
}

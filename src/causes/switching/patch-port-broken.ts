import { defineCause } from '../../core/cause.ts'
import { say } from '../../core/lang.ts'
import { found, ruledOut, unknown } from '../../core/verdict.ts'
import { ovsAgent } from '../../probes/wiring/agent-state.ts'
import { type PatchPair, patchPair } from '../../probes/wiring/patch-pair.ts'
import { restartAgent } from '../remedies.ts'

export default defineCause({
  id: 'patch-port-broken',
  at: 'ends',
  stops: { station: 'br-int' },
  scope: ['host'],
  needs: { pair: patchPair, agent: ovsAgent },
  explainedBy: ['provider-bridge-missing'],

  check({ pair, agent }) {
    if (!agent.expected)
      return unknown('Neutron knows no Open vSwitch agent on this host', 'Neutron 中该主机没有 Open vSwitch agent')
    if (!pair.far) return unknown(`there is no bridge ${pair.farName}`, `没有网桥 ${pair.farName}`)
    const detail = { ...namesOf(pair), farName: pair.farName, missing: !pair.near || !pair.end, unit: agent.unit }
    if (!pair.near || !pair.end)
      return found(detail, 'certain', ...(pair.near ? [pair.far.source] : [pair.integration.source]))
    // A veth pair has no peer option; that both ends are there is all that OVSDB can tell.
    if (pair.near.type !== 'patch' && pair.end.type !== 'patch') return ruledOut(pair.near.source, pair.end.source)
    const meet = pair.near.options.get('peer') === pair.end.name && pair.end.options.get('peer') === pair.near.name
    return meet
      ? ruledOut(pair.near.source, pair.end.source)
      : found(detail, 'certain', pair.near.source, pair.end.source)
  },

  fix: ({ near, end, missing, unit }, { host }) => [
    ...(missing
      ? []
      : [
          {
            on: host,
            risk: 'none' as const,
            run: [
              'ovs-vsctl',
              'set',
              'Interface',
              near,
              `options:peer=${end}`,
              '--',
              'set',
              'Interface',
              end,
              `options:peer=${near}`,
            ],
            say: say('Make the two patch ports peers again.', '把两个 patch 口重新互为 peer。'),
          },
        ]),
    restartAgent(host, unit),
  ],

  fault: ({ pair }, { host }) => {
    const { near, end } = namesOf(pair)
    const peer = (name: string) => ['ovs-vsctl', 'set', 'Interface', near, `options:peer=${name}`]
    return [{ on: host, run: peer('nonexistent-peer'), undo: peer(end) }]
  },

  words: {
    en: {
      title: 'The patch between br-int and the next bridge is broken',
      why: 'Frames cross from br-int to the provider or tunnel bridge over a pair of patch ports that name each other.',
      says: (d) =>
        d.missing ? `The patch to ${d.farName} is not there.` : `${d.near} and ${d.end} are not each other's peer.`,
    },
    zh: {
      title: 'br-int 与外部网桥之间的 patch 口断开',
      why: '流量通过一对互为 peer 的 patch 口，从 br-int 到达 provider 网桥或隧道网桥。',
      says: (d) => (d.missing ? `通往 ${d.farName} 的 patch 口不存在。` : `${d.near} 与 ${d.end} 没有互为 peer。`),
    },
  },
})

const namesOf = (pair: PatchPair) => ({
  near: pair.near?.name ?? `int-${pair.farName}`,
  end: pair.end?.name ?? `phy-${pair.farName}`,
})

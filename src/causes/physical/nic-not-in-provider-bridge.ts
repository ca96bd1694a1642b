import { defineCause } from '../../core/cause.ts'
import { say } from '../../core/lang.ts'
import { maybe } from '../../core/probe.ts'
import { found, ruledOut, unknown } from '../../core/verdict.ts'
import { isAdminUp, links } from '../../probes/host/links.ts'
import { ovsdb } from '../../probes/ovs/ovsdb.ts'
import { providerLearned } from '../../probes/wiring/flows.ts'
import { provider } from '../../probes/wiring/provider.ts'
import { isPhysical } from '../applies.ts'

export default defineCause({
  id: 'nic-not-in-provider-bridge',
  at: 'ends',
  stops: { station: 'NIC' },
  scope: ['host'],
  applies: isPhysical,
  needs: { provider, links, ovsdb, learned: maybe(providerLearned) },
  explainedBy: ['provider-bridge-missing'],

  check({ provider: p, links: all, ovsdb: db, learned }) {
    if (!p.bridge) return unknown(`there is no bridge ${p.name}`, `没有网桥 ${p.name}`)
    if (p.nics.length > 0) return ruledOut(...p.nics.map((nic) => nic.source))
    const patches = p.bridge.ports
      .flatMap((port) => port.interfaces)
      .filter((i) => i.type === 'patch' && i.name !== p.patches.phy?.name)
    // Some layouts reach the wire through one more bridge: nothing is missing then.
    if (patches[0])
      return unknown(
        `${p.name} reaches the wire through patch port ${patches[0].name}`,
        `${p.name} 通过 patch 口 ${patches[0].name} 连到物理网络`,
      )
    // So does a cloud on one machine, whose gateway is the bridge itself, or an internal port that is bridged on.
    const inner = p.bridge.ports.find(
      (port) => port.name !== p.name && port.interfaces.some((i) => i.type === 'internal'),
    )
    const local = learned.ok ? learned.fact.find((row) => row.port === 'LOCAL') : undefined
    if (inner || local)
      return unknown(
        `${p.name} may reach its network through ${inner?.name ?? 'the host itself'}`,
        `${p.name} 可能通过 ${inner?.name ?? '主机自身'} 连到网络`,
      )
    const taken = new Set(
      db.bridges.flatMap((b) => b.ports).flatMap((port) => [port.name, ...port.interfaces.map((i) => i.name)]),
    )
    const free = [...all.byName.values()].filter(
      (l) => isAdminUp(l) && !l.master && !taken.has(l.name) && !virtual.test(l.name),
    )
    return found({ bridge: p.name, free: free.map((l) => l.name) }, 'certain', p.bridge.source, p.mapping)
  },

  // Which of them it is, nobody but the operator may say: the management NIC in a bridge cuts the host off.
  fix: ({ bridge, free }, { host }) => [
    {
      on: host,
      risk: "blips this host's ports",
      run: ['ovs-vsctl', '--may-exist', 'add-port', bridge, '<NIC>'],
      undo: ['ovs-vsctl', 'del-port', bridge, '<NIC>'],
      say: say(
        `Put the provider NIC back into the bridge. Up and in no bridge here: ${free.join(', ') || 'none'}. First check with "ip addr" that it has no address: a NIC that carries the management IP cuts the host off.`,
        `把业务网卡加回网桥。本机已 up 且不在任何网桥上的网卡：${free.join('、') || '无'}。先用 ip addr 确认网卡上没有 IP：误加管理网卡会导致主机失联。`,
      ),
    },
  ],

  fault: ({ provider: p }, { host }) => {
    const nic = p.nics[0]?.name ?? ''
    return [
      {
        on: host,
        run: ['ovs-vsctl', 'del-port', p.name, nic],
        undo: ['ovs-vsctl', '--may-exist', 'add-port', p.name, nic],
      },
    ]
  },

  words: {
    en: {
      title: 'The provider bridge has no NIC',
      why: 'Frames of provider networks cannot leave or enter this host.',
      says: (d) => `${d.bridge} has no port that leads to the wire.`,
    },
    zh: {
      title: '业务网卡不在 provider 网桥上',
      why: '该主机上所有 provider 网络的流量都进不来也出不去。',
      says: (d) => `网桥 ${d.bridge} 上没有通往物理网络的端口。`,
    },
  },
})

const virtual = /^(lo|tap|qvo|qvb|qbr|veth|virbr|docker|br-|ovs-|vxlan|genev|gre|cali|cni|flannel|dummy)/

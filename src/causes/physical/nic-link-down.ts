import { defineCause } from '../../core/cause.ts'
import { found, ruledOut, unknown, warning } from '../../core/verdict.ts'
import { hasCarrier, isAdminUp, type Link, links } from '../../probes/host/links.ts'
import type { OvsInterface } from '../../probes/ovs/ovsdb.ts'
import { provider } from '../../probes/wiring/provider.ts'
import { isPhysical } from '../applies.ts'
import { byHand, setUp } from '../remedies.ts'

export default defineCause({
  id: 'nic-link-down',
  at: 'ends',
  stops: { station: 'NIC' },
  scope: ['host'],
  applies: isPhysical,
  needs: { provider, links },
  explainedBy: [],

  check({ provider: p, links: all }) {
    const nics = p.nics.flatMap((port) => port.interfaces)
    if (nics.length === 0) return unknown(`${p.name} has no NIC to look at`, `${p.name} 上没有可检查的网卡`)
    const down = nics.filter((nic) => isDown(nic, all.byName.get(nic.name)))
    const first = down[0]
    if (!first) return ruledOut(...nics.map((nic) => all.byName.get(nic.name)?.source ?? nic.source))
    const link = all.byName.get(first.name)
    const detail = { nic: first.name, bridge: p.name, adminDown: link ? !isAdminUp(link) : first.adminState === 'down' }
    const because = down.flatMap((nic) => [
      ...(all.byName.get(nic.name) ? [all.byName.get(nic.name)!.source] : []),
      nic.source,
    ])
    return down.length === nics.length ? found(detail, 'certain', ...because) : warning(detail, 'certain', ...because)
  },

  fix: ({ nic, adminDown }, { host }) => [
    adminDown
      ? setUp(host, nic)
      : byHand(
          host,
          `Check the cable, the transceiver and the switch port of ${host} ${nic}.`,
          `检查 ${host} ${nic} 的网线、光模块和上联交换机端口。`,
        ),
  ],

  fault: ({ provider: p }, { host }) => {
    const nic = p.nics[0]?.interfaces[0]?.name ?? ''
    return [{ on: host, run: ['ip', 'link', 'set', nic, 'down'], undo: ['ip', 'link', 'set', nic, 'up'] }]
  },

  words: {
    en: {
      title: 'The NIC of the provider bridge has no link',
      why: 'Every frame between this host and the physical network passes this NIC.',
      says: (d) => `${d.nic} on ${d.bridge} is ${d.adminDown ? 'administratively down' : 'without carrier'}.`,
    },
    zh: {
      title: '业务网卡链路不通',
      why: '该主机与物理网络之间的所有流量都要经过这块网卡。',
      says: (d) =>
        `${d.bridge} 上的网卡 ${d.nic} ${d.adminDown ? '被管理性关闭（admin down）' : '没有载波（NO-CARRIER）'}。`,
    },
  },
})

/** The kernel's word first; a DPDK port has no kernel device, there Open vSwitch's counts. */
const isDown = (nic: OvsInterface, link: Link | undefined) =>
  link ? !isAdminUp(link) || !hasCarrier(link) : nic.linkState === 'down'

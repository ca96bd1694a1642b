import { defineCause } from '../../core/cause.ts'
import { tapOf } from '../../core/subject.ts'
import { found, ruledOut, unknown } from '../../core/verdict.ts'
import { hasCarrier, isAdminUp, links } from '../../probes/host/links.ts'
import { vif } from '../../probes/wiring/vif.ts'
import { byHand, setUp } from '../remedies.ts'

export default defineCause({
  id: 'tap-admin-down',
  at: 'compute',
  stops: { station: 'guest port' },
  needs: { vif, links },
  explainedBy: [],

  check({ vif: v, links: all }, { subject }) {
    // With the hybrid firewall the port of br-int is a qvo, and the tap is behind a Linux bridge.
    const names = new Set([...(v.attached ? [v.iface.name] : []), tapOf(subject.port)])
    const present = [...names].flatMap((name) => all.byName.get(name) ?? [])
    if (present.length === 0)
      return unknown("no device of the port among the host's links", '主机的网络设备中没有该端口的设备')
    const down = present.find((link) => !isAdminUp(link))
    if (down) return found({ device: down.name, adminDown: true }, 'certain', down.source)
    const silent = present.find((link) => !hasCarrier(link))
    if (silent) return found({ device: silent.name, adminDown: false }, 'likely', silent.source)
    return ruledOut(...present.map((link) => link.source))
  },

  fix: ({ device, adminDown }, { host }) => [
    adminDown
      ? setUp(host, device)
      : byHand(
          host,
          'Nobody holds the other end: see that the VM runs and its NIC is up.',
          '对端没有打开：确认虚拟机在运行、虚拟机内网卡已启用。',
        ),
  ],

  fault: ({ vif: v }, { host, subject }) => {
    const tap = v.attached ? v.iface.name : tapOf(subject.port)
    return [{ on: host, run: ['ip', 'link', 'set', tap, 'down'], undo: ['ip', 'link', 'set', tap, 'up'] }]
  },

  words: {
    en: {
      title: "The VM's tap is down",
      why: 'What the guest sends goes nowhere, and nothing reaches it.',
      says: (d) => `${d.device} is ${d.adminDown ? 'administratively down' : 'without carrier'}.`,
    },
    zh: {
      title: '虚拟机的 tap 设备 down',
      why: '虚拟机发不出也收不到任何报文。',
      says: (d) => `${d.device} ${d.adminDown ? '被管理性关闭（admin down）' : '没有载波（NO-CARRIER）'}。`,
    },
  },
})

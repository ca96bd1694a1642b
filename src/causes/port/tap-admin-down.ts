import { defineCause } from '../../core/cause.ts'
import { type Language, say } from '../../core/lang.ts'
import { tapOf } from '../../core/subject.ts'
import { found, ruledOut, unknown } from '../../core/verdict.ts'
import { hasCarrier, isAdminUp, type Links, links } from '../../probes/host/links.ts'
import { vif } from '../../probes/wiring/vif.ts'
import { byHand, setUp } from '../remedies.ts'

export default defineCause({
  id: 'tap-admin-down',
  at: 'compute',
  stops: { station: 'guest port' },
  scope: ['port'],
  needs: { vif, links },
  explainedBy: [],

  check({ vif: v, links: all }, { subject }) {
    // With the hybrid firewall the port of br-int is a qvo, and the tap is behind a Linux bridge.
    const names = new Set([...(v.attached ? [v.iface.name] : []), tapOf(subject.port)])
    const hybrid = v.attached && v.iface.name.startsWith('qvo') ? firewallBridgeOf(v.iface.name, all) : undefined
    if (hybrid?.tap === undefined && hybrid !== undefined)
      return unknown(
        "the VM's tap is not there behind the firewall bridge: does the VM run?",
        '防火墙网桥后面没有虚拟机的 tap：虚拟机在运行吗？',
      )
    const present = [...names].flatMap((name) => all.byName.get(name) ?? [])
    if (present.length === 0)
      return unknown("no device of the port among the host's links", '主机的网络设备中没有该端口的设备')
    const down = present.find((link) => !isAdminUp(link))
    if (down) return found({ device: down.name, what: 'admin down' as What }, 'certain', down.source)
    const silent = present.find((link) => !hasCarrier(link))
    if (silent) return found({ device: silent.name, what: 'no carrier' as What }, 'likely', silent.source)
    const loose = hybrid?.members.find((link) => link.master !== hybrid.name)
    if (loose) return found({ device: loose.name, what: 'not bridged' as What }, 'likely', loose.source)
    return ruledOut(...present.map((link) => link.source))
  },

  fix: ({ device, what }, { host, subject }) => [
    ...(what === 'admin down' ? [setUp(host, device)] : []),
    ...(what === 'no carrier'
      ? [
          byHand(
            host,
            'Nobody holds the other end: see that the VM runs and its NIC is up.',
            '对端没有打开：确认虚拟机在运行、虚拟机内网卡已启用。',
          ),
        ]
      : []),
    ...(what === 'not bridged'
      ? [
          {
            on: 'api',
            risk: 'blips this port' as const,
            run: ['openstack', 'server', 'reboot', '--hard', subject.port.deviceId],
            say: say(
              'Let Nova plug the firewall bridge together again: a hard reboot of the server.',
              '让 Nova 重新接好防火墙网桥：硬重启虚拟机。',
            ),
          },
        ]
      : []),
  ],

  fault: ({ vif: v }, { host, subject }) => {
    const tap = v.attached ? v.iface.name : tapOf(subject.port)
    return [{ on: host, run: ['ip', 'link', 'set', tap, 'down'], undo: ['ip', 'link', 'set', tap, 'up'] }]
  },

  words: {
    en: {
      title: "The VM's tap is down",
      why: 'What the guest sends goes nowhere, and nothing reaches it.',
      says: (d) => `${d.device} is ${states.en[d.what]}.`,
    },
    zh: {
      title: '虚拟机的 tap 设备 down',
      why: '虚拟机发不出也收不到任何报文。',
      says: (d) => `${d.device} ${states.zh[d.what]}。`,
    },
  },
})

type What = 'admin down' | 'no carrier' | 'not bridged'
const states: Readonly<Record<Language, Readonly<Record<What, string>>>> = {
  en: {
    'admin down': 'administratively down',
    'no carrier': 'without carrier',
    'not bridged': "not in the port's firewall bridge (qbr)",
  },
  zh: {
    'admin down': '被管理性关闭（admin down）',
    'no carrier': '没有载波（NO-CARRIER）',
    'not bridged': '不在该端口的防火墙网桥（qbr）里',
  },
}

/** What the hybrid firewall puts between br-int and the tap (os-vif, vif_plug_ovs/ovs.py): qvo, qvb, qbr. */
function firewallBridgeOf(qvo: string, { byName }: Links) {
  const of = (prefix: string) => prefix + qvo.slice('qvo'.length)
  const tap = byName.get(of('tap'))
  return { name: of('qbr'), tap, members: [tap, byName.get(of('qvb'))].filter((link) => link !== undefined) }
}

import { defineCause } from '../../core/cause.ts'
import { every, maybe } from '../../core/probe.ts'
import { found, quietly, ruledOut, stopping, unknown, type Verdict } from '../../core/verdict.ts'
import { dnsmasqLog } from '../../probes/dhcp/dnsmasq-log.ts'
import { clock } from '../../probes/host/clock.ts'
import { askedSwitch } from '../../probes/wiring/asked-switch.ts'
import { dhcpAnswered, wire } from '../../probes/wiring/heard.ts'
import { sentAsVm } from '../../probes/wiring/sent-as-vm.ts'
import { isPhysical, isServed } from '../applies.ts'
import { byHand } from '../remedies.ts'
import { droppedAsVm } from '../dropped-as-vm.ts'
import { unheardReplies } from '../unheard-replies.ts'

interface Detail {
  readonly leg: 'request' | 'reply'
  readonly from: string
  readonly to: string
  /** Frames that left. */
  readonly count: number
  /** Since the last one, as the server's log has it; of what was sent as the VM there is none. */
  readonly seconds?: number
  /** Where they did not come in, as the VM's host remembers it: its NIC, or its counter of DHCP at the VM's port. */
  readonly at?: 'NIC' | 'port'
}

export default defineCause({
  id: 'switch-dhcp-snooping-or-portsec',
  at: 'compute',
  acrossHosts: true,
  stops: { station: 'switch' },
  scope: ['network on host', 'network', 'port'],
  applies: (place) =>
    isPhysical(place) && isServed(place) && place.subject.dhcpHosts.every((host) => host !== place.host),
  needs: {
    wire,
    there: every('dhcp', wire),
    logs: every('dhcp', dnsmasqLog),
    clocks: every('dhcp', clock),
    answered: maybe(dhcpAnswered),
    sent: maybe(sentAsVm),
    probed: maybe(askedSwitch),
  },
  explainedBy: [
    ...(['nic-link-down', 'bond-member-or-lacp', 'nic-not-in-provider-bridge', 'provider-bridge-missing'] as const),
    ...(['provider-bridge-flows-wiped', 'switch-trunk-missing-vlan', 'switch-native-vlan-mismatch'] as const),
    // What stops the reply on the VM's host, before its port.
    ...(['patch-port-broken', 'brint-inbound-translation-missing', 'brint-foreign-flow', 'vswitchd-down'] as const),
    ...(['brint-default-flows-missing', 'ovsfw-port-flows-missing', 'local-vlan-tag-wrong', 'dead-vlan-4095'] as const),
  ],

  check({ wire: here, there, logs, clocks, answered, sent, probed }, { subject, host }): Verdict<Detail> {
    if (sent.ok) {
      const proven = droppedAsVm(sent.fact, probed.ok ? probed.fact : undefined, host)
      if (proven.is === 'passes') return ruledOut(...proven.because)
      if (proven.is === 'unknown')
        return quietly(
          unknown('what was sent does not tell what the switch drops', '发出的报文不能说明交换机丢弃了什么'),
        )
      const { leg, from, to, count, sure, because } = proven
      const verdict = found<Detail>({ leg, from, to, count }, sure, ...because)
      return leg === 'reply' ? stopping({ conversations: ['dhcp'], heading: 'in' }, verdict) : verdict
    }
    const servers = there.map((t) => ({
      host: t.host,
      wire: t.fact,
      log: logs.find((l) => l.host === t.host)?.fact,
      now: clocks.find((c) => c.host === t.host)?.fact,
      macs: subject.dhcpPorts.filter((port) => port.host === t.host).map((port) => port.mac),
    }))
    const all = servers.map((server) =>
      unheardReplies(server, { wire: here, answered: answered.ok ? answered.fact : undefined }),
    )
    const heard = all.find((one) => one.is === 'heard')
    if (heard) return ruledOut(...heard.because)
    const [lost] = all
    if (lost?.is !== 'unheard' || !all.every((one) => one.is === 'unheard'))
      return quietly(
        unknown('no answer of the DHCP server is missing that should have come', '没有发现丢失的 DHCP 应答'),
      )
    const names = servers.map((s) => s.host).join(', ')
    const detail: Detail = { leg: 'reply', from: names, to: host, count: lost.count, seconds: lost.age, at: lost.at }
    return stopping(
      { conversations: ['dhcp'], heading: 'in' },
      found(detail, 'likely', ...all.flatMap((o) => o.because)),
    )
  },

  fix: ({ leg, from, to }) => [
    leg === 'reply'
      ? byHand(
          'switch',
          `Ask the network team whether the switch port of ${from} is trusted for DHCP (DHCP snooping), and whether port security blocks MACs on it.`,
          `请网络组检查 ${from} 所接的交换机端口是否为 DHCP snooping 信任端口，以及端口安全是否拦截了它的 MAC。`,
        )
      : byHand(
          'switch',
          `Ask the network team for port security (MAC limit), DHCP snooping and ACLs on the switch port of ${from}: frames of the VM do not come to ${to}.`,
          `请网络组检查 ${from} 所接交换机端口的端口安全（MAC 数量限制）、DHCP snooping 和 ACL：虚拟机的报文到不了 ${to}。`,
        ),
  ],

  words: {
    en: {
      title: 'The switch carries the VLAN, and drops DHCP or a MAC (DHCP snooping, port security, ACL)',
      why: 'Other frames of the same VLAN pass between the same hosts: a feature of the switch takes these out.',
      says: ({ leg, from, to, count, seconds, at }) =>
        leg === 'reply'
          ? `${count} DHCP replies left ${from}${seconds === undefined ? '' : `, the last ${seconds} s ago`}, and none came ${at === 'port' ? "to the VM's port" : 'in on the NIC'} of ${to}, though other frames of the VLAN do.`
          : `${count} DHCP requests of the VM left ${from}, and none came in on the NIC of ${to}, though ARP probes from the same host do.`,
    },
    zh: {
      title: '交换机放行了 VLAN，但丢弃 DHCP 或某个 MAC（DHCP snooping、端口安全、ACL）',
      why: '同一 VLAN 的其他报文在这两台主机之间是通的：是交换机的某个功能丢弃了这些报文。',
      says: ({ leg, from, to, count, seconds, at }) =>
        leg === 'reply'
          ? `${from} 发出了 ${count} 个 DHCP 应答${seconds === undefined ? '' : `（最近一次 ${seconds} 秒前）`}，${to} ${at === 'port' ? '上的虚拟机端口' : '的网卡'}一个也没有收到，而该 VLAN 的其他报文能收到。`
          : `虚拟机的 ${count} 个 DHCP 请求从 ${from} 发出，${to} 的网卡一个也没有收到，而同一主机的 ARP probe 能收到。`,
    },
  },
})

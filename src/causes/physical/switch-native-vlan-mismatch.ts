import type { Evidence } from '../../core/answer.ts'
import type { AsTheVm } from '../../core/experiment.ts'
import { defineCause } from '../../core/cause.ts'
import { every, maybe, type Place } from '../../core/probe.ts'
import { found, quietly, ruledOut, unknown } from '../../core/verdict.ts'
import { askedSwitch } from '../../probes/wiring/asked-switch.ts'
import { type Wire, wire } from '../../probes/wiring/heard.ts'
import { sentAsVm } from '../../probes/wiring/sent-as-vm.ts'
import { isPhysical, wireVlanOf } from '../applies.ts'
import { byHand } from '../remedies.ts'
import { carryingOf } from '../switch-asked.ts'

/** Counters of Open vSwitch lag behind the wire by its revalidation time, and two hosts are not asked at one instant. Seconds. */
const LAG = 5

/** Frames that left a host in the network's VLAN and came in on another in one that is not. */
interface Retagged {
  readonly from: string
  readonly to: string
  /** Absent: untagged. */
  readonly vlan?: number | undefined
  /** Of the network; absent: untagged. */
  readonly wanted?: number | undefined
  readonly because: readonly Evidence[]
}

export default defineCause({
  id: 'switch-native-vlan-mismatch',
  at: 'compute',
  acrossHosts: true,
  stops: { station: 'switch' },
  scope: ['network on host', 'network'],
  applies: (place) => isPhysical(place) && place.subject.dhcpHosts.some((host) => host !== place.host),
  needs: { wire, there: every('dhcp', wire), sent: maybe(sentAsVm), probed: maybe(askedSwitch) },
  explainedBy: [
    'provider-outbound-translation-missing',
    'provider-translation-wrong-seg',
    'provider-bridge-flows-wiped',
    'local-vlan-tag-wrong',
  ],

  check({ wire: here, there, sent, probed }, place) {
    const { subject, host } = place
    const carrying = probed.ok ? carryingOf(probed.fact, host, subject.dhcpHosts) : undefined
    const [way] = carrying?.is === 'retagged' ? carrying.ways : []
    const wanted = wireVlanOf(place)
    if (way) return told({ ...way, wanted }, 'certain')
    const asVm = sent.ok ? retaggedAsVm(sent.fact, wanted) : undefined
    if (asVm) return told(asVm, 'certain')
    if (carrying?.is === 'crosses') return ruledOut(...carrying.because)
    const others = there.flatMap((t) => (t.fact.ok && t.host !== host ? [{ host: t.host, wire: t.fact.fact }] : []))
    const stray = others.map((other) => remembered({ host, wire: here }, other, place)).find((r) => r !== undefined)
    if (stray) return told(stray, 'likely')
    const macs = subject.dhcpPorts.map((port) => port.mac)
    const right = macs.map((mac) => here.from(mac)).find((s) => s !== undefined) ?? here.anybody
    return right
      ? ruledOut(right.source)
      : quietly(unknown("no frame of the network has come in on the VM's host", '虚拟机所在主机没有收到该网络的报文'))
  },

  fix: ({ from, to, wanted, vlan }) => {
    const [en, zh] =
      wanted === undefined
        ? ['the network is untagged on both', '该网络在两端都不带 tag']
        : [`VLAN ${wanted} must leave the switch with its tag`, `VLAN ${wanted} 从交换机发出时必须带 tag`]
    const ports = vlan === undefined ? to : `${to} and ${from}`
    return [
      byHand(
        'switch',
        `Ask the network team for the native (untagged, access) VLAN of the switch ports of ${ports}: ${en}.`,
        `请网络组检查 ${ports.replace(' and ', '、')} 所接交换机端口的 native VLAN（untagged、access）：${zh}。`,
      ),
    ]
  },

  words: {
    en: {
      title: "The switch hands the network's frames over without their tag, or in another VLAN",
      why: 'The native VLAN of a switch port does not fit. The frames arrive, and the host takes them for those of another network or of none.',
      says: ({ from, to, vlan, wanted }) =>
        `What ${from} sends ${wanted === undefined ? 'untagged' : `on VLAN ${wanted}`} comes in on ${to} ${vlan === undefined ? 'without a tag' : `on VLAN ${vlan}`}.`,
    },
    zh: {
      title: '交换机端口的 native VLAN 不一致',
      why: '交换机端口的 native VLAN 配置不对。报文能到达，但主机把它当成别的网络的报文，或直接丢弃。',
      says: ({ from, to, vlan, wanted }) =>
        `${from} ${wanted === undefined ? '不带 tag' : `带着 VLAN ${wanted}`} 发出的报文，到 ${to} 时${vlan === undefined ? '没有 tag' : `变成了 VLAN ${vlan}`}。`,
    },
  },
})

const told = (retagged: Retagged, sure: 'certain' | 'likely') => found(retagged, sure, ...retagged.because)

/** What was sent as the VM, or answered to it, as the NICs of both ends have seen it. */
function retaggedAsVm({ trips }: AsTheVm, wanted: number | undefined): Retagged | undefined {
  const all = trips.map((trip) => trip.passages.filter((p) => p.station === 'NIC' && p.state === 'seen'))
  const [left, came] = all.find((nics) => nics[0]?.first?.vlan === wanted && nics.at(-1)?.first?.vlan !== wanted) ?? []
  if (!left || !came) return undefined
  const because = [...left.because, ...came.because]
  return { from: left.host, to: came.host, vlan: came.first?.vlan, wanted, because }
}

interface End {
  readonly host: string
  readonly wire: Wire
}

/** As MAC tables have it: of the server's frames here, and of the VM's there. */
function remembered(here: End, there: End, { subject }: Place): Retagged | undefined {
  const wanted = wireVlanOf({ subject, host: here.host })
  const servers = subject.dhcpPorts.filter((port) => port.host === there.host)
  const pairs = [
    ...servers.map(({ mac }) => ({ mac, from: there, to: here })),
    { mac: subject.port.mac, from: here, to: there },
  ]
  for (const { mac, from, to } of pairs) {
    const [stray, right, left] = [to.wire.stray(mac), to.wire.from(mac), from.wire.sent(mac)]
    const isLast = stray && stray.age < (right?.age ?? Number.POSITIVE_INFINITY)
    if (!stray || !isLast || !left || left.age > stray.age + LAG) continue
    const vlan = stray.vlan === 0 ? undefined : stray.vlan
    return { from: from.host, to: to.host, vlan, wanted, because: [left.source, stray.source] }
  }
  return undefined
}

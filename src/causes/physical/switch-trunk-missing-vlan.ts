import { defineCause } from '../../core/cause.ts'
import type { Evidence } from '../../core/answer.ts'
import { type AtHost, every, maybe } from '../../core/probe.ts'
import { found, ruledOut, type Sureness, unknown, type Verdict } from '../../core/verdict.ts'
import { type DhcpEvent, dnsmasqLog } from '../../probes/dhcp/dnsmasq-log.ts'
import { clock } from '../../probes/host/clock.ts'
import { dhcpAsked, type Sighting, type Wire, wire } from '../../probes/wiring/heard.ts'
import { askedSwitch } from '../../probes/wiring/asked-switch.ts'
import { provider } from '../../probes/wiring/provider.ts'
import { sentAsVm } from '../../probes/wiring/sent-as-vm.ts'
import { isPhysical, wireVlanOf } from '../applies.ts'
import { byHand } from '../remedies.ts'
import { taggedWords } from '../switch-words.ts'
import { type LostVlan, lostVlanWords, provenTrunk } from '../trunk-proof.ts'

/** Counters of Open vSwitch lag behind the wire by its revalidation time, and two hosts are not asked at one instant. Seconds. */
const LAG = 5
/** A MAC table forgets after this (ovs-vswitchd.conf.db(5), `mac-aging-time`). Seconds. */
const MEMORY = 300
/** After this long without a frame of the VM it is not the moment of asking that differs. Seconds. */
const PATIENCE = 60

/** As the hosts remember it, without anything sent. */
interface Unheard {
  readonly by: 'memory'
  /** Absent: untagged. */
  readonly segment: number | undefined
  readonly nic: string
  /** Whose switch port it is, most likely, and who is on the other side. */
  readonly suspect: string
  readonly other: string
  /** Nothing of the VLAN comes in on the suspect either, while other VLANs do. */
  readonly silent: boolean
  readonly others: boolean
  /** When the VM's last frame left, and when the other side last heard it. Seconds ago. */
  readonly age?: number
  readonly last?: number | undefined
}

export default defineCause({
  id: 'switch-trunk-missing-vlan',
  at: 'compute',
  acrossHosts: true,
  stops: { station: 'switch' },
  scope: ['network on host', 'network'],
  applies: (place) => isPhysical(place) && place.subject.dhcpHosts.some((host) => host !== place.host),
  needs: {
    wire,
    asked: maybe(dhcpAsked),
    provider,
    there: every('dhcp', wire),
    logs: every('dhcp', dnsmasqLog),
    clocks: every('dhcp', clock),
    sent: maybe(sentAsVm),
    probed: maybe(askedSwitch),
  },
  explainedBy: [
    ...([
      'nic-link-down',
      'bond-member-or-lacp',
      'nic-not-in-provider-bridge',
      'provider-bridge-missing',
      'patch-port-broken',
    ] as const),
    ...([
      'provider-outbound-translation-missing',
      'provider-translation-wrong-seg',
      'provider-bridge-flows-wiped',
    ] as const),
    ...(['brint-foreign-flow', 'brint-default-flows-missing', 'ovsfw-port-flows-missing'] as const),
    ...([
      'ovs-restart-agent-not-recovered',
      'vswitchd-down',
      'port-admin-down',
      'port-binding-failed-agent-dead',
    ] as const),
    ...(['tap-not-in-br-int', 'tap-admin-down', 'dead-vlan-4095', 'local-vlan-tag-wrong', 'ovs-agent-down'] as const),
    ...(['guest-mac-mismatch', 'hybrid-iptables-chains-missing', 'switch-native-vlan-mismatch'] as const),
  ],

  check({ wire: here, asked, provider: p, there, logs, clocks, sent, probed }, place): Verdict<Unheard | LostVlan> {
    const { subject, host } = place
    const mac = subject.port.mac
    const segment = wireVlanOf(place)
    const nic = p.nics[0]?.name ?? 'NIC'
    const proven = provenTrunk({ sent, probed, nic }, place)
    if (proven) return proven
    const others = there.filter((t) => t.host !== host)
    const dumb = others.find((t) => !t.fact.ok)
    const left = here.sent(mac)
    const request = asked.ok ? asked.fact : undefined
    const age = request?.age ?? left?.age
    const heard = freshestOf([
      ...others.map((t) => (t.fact.ok ? t.fact.fact.from(mac) : undefined)),
      ...served(logs, clocks, host),
    ])
    if (heard && heard.age <= (age ?? MEMORY) + LAG) return ruledOut(heard.source, ...(left ? [left.source] : []))
    if (age === undefined || age > MEMORY)
      return unknown(
        'the VM has sent nothing in the last 5 minutes that the other side could have seen',
        '虚拟机最近 5 分钟没有发出对端能看到的报文',
      )
    if (!left || left.age > age + LAG)
      return unknown("nothing shows that the VM's frames leave this host", '没有证据表明虚拟机的报文离开了本机')
    if (dumb && !dumb.fact.ok)
      return unknown(`${dumb.host}: ${dumb.fact.problem.en}`, `${dumb.host}：${dumb.fact.problem.zh}`)
    const deaf = !here.anybody || here.anybody.age > age + LAG
    const silent = !heard || heard.age > age + PATIENCE
    const sure = sureness(request !== undefined, deaf, silent)
    if (!sure)
      return unknown(
        "the VM's last frames may have been for somebody else than the DHCP server",
        '虚拟机最近的报文可能不是发给 DHCP 服务器的',
      )
    const detail: Unheard = {
      by: 'memory',
      segment,
      nic,
      age,
      silent: deaf,
      others: here.otherVlan !== undefined && here.otherVlan.age <= age + LAG,
      last: heard?.age,
      ...{
        suspect: deaf ? host : (others[0]?.host ?? host),
        other: others.map((t) => t.host).join(', '),
      },
    }
    return found(detail, sure, ...(request ? [request.source] : []), left.source, ...silence(others, mac, here))
  },

  fix: ({ segment, suspect, other, nic }, { host }) => {
    const ports = suspect === undefined ? [`${host} ${nic}`, other] : [suspect === host ? `${host} ${nic}` : suspect]
    return [
      byHand(
        'switch',
        segment === undefined
          ? `Ask the network team for the native (untagged) VLAN of the switch port of ${ports.join(' and of ')}: frames without a tag must pass there, in the same VLAN as on the other hosts of the network.`
          : `Ask the network team to allow VLAN ${segment} on the switch port of ${ports.join(' and of ')} (and to create it on every switch in between).`,
        segment === undefined
          ? `请网络组检查 ${ports.join(' 和 ')} 所接交换机端口的 native VLAN（untagged）：不带 tag 的报文必须放行，并和该网络的其他主机在同一个 VLAN。`
          : `请网络组在 ${ports.join(' 和 ')} 所接的交换机端口上放行 VLAN ${segment}（沿途交换机都要创建该 VLAN）。`,
      ),
    ]
  },

  words: {
    en: {
      title: "The switch does not carry the network's VLAN between the hosts",
      why: 'Both hosts do all that they must; the frames are lost on the wire between them.',
      says: (d) =>
        d.by === 'packets'
          ? lostVlanWords(d, 'en')
          : `The VM's frames left ${taggedWords(d.segment, 'en')}, the last ${d.age} s ago, and ${d.other} has not received them (${d.last === undefined ? 'it remembers none of this VM' : `it last heard this VM ${d.last} s ago`})${d.silent ? `; nothing ${taggedWords(d.segment, 'en')} comes in on ${d.suspect} either${d.others ? ', though other VLANs do' : ''}` : ''}.`,
    },
    zh: {
      title: '交换机没有放行该网络的 VLAN',
      why: '两端主机都没有问题，报文在中间的物理网络上丢了。',
      says: (d) =>
        d.by === 'packets'
          ? lostVlanWords(d, 'zh')
          : `虚拟机的报文${taggedWords(d.segment, 'zh')} 发出（最近一次 ${d.age} 秒前），但 ${d.other} 没有收到（${d.last === undefined ? '它没有这台虚拟机的记录' : `最后一次收到这台虚拟机是 ${d.last} 秒前`}）${d.silent ? `；${d.suspect} 也收不到${taggedWords(d.segment, 'zh')} 的任何报文${d.others ? '，其他 VLAN 则收得到' : ''}` : ''}。`,
    },
  },
})

/**
 * A DHCP request is a broadcast: the other side must have heard it. Likely needs a second witness, that nothing of the
 * VLAN comes in here or that the other side has long been without a frame of the VM. Of any other frame that alone counts.
 */
function sureness(requested: boolean, deaf: boolean, silent: boolean): Sureness | undefined {
  if (requested) return deaf || silent ? 'likely' : 'possible'
  return silent ? 'possible' : undefined
}

/** dnsmasq's own log is a sighting as well. */
function served(
  logs: readonly AtHost<readonly DhcpEvent[]>[],
  clocks: readonly AtHost<{ now: number }>[],
  host: string,
): (Sighting | undefined)[] {
  return logs.map(({ host: at, fact }) => {
    const now = clocks.find((c) => c.host === at)?.fact
    const last = fact.ok && at !== host ? fact.fact.at(-1) : undefined
    return last && now?.ok
      ? { age: Math.max(0, Math.round((now.fact.now - last.at) / 1000)), source: last.source }
      : undefined
  })
}

const freshestOf = (sightings: readonly (Sighting | undefined)[]) =>
  sightings.filter((s): s is Sighting => s !== undefined).toSorted((a, b) => a.age - b.age)[0]

/** What the other side last heard (if anything), and what shows that our NIC does hear other VLANs. */
function silence(others: readonly AtHost<Wire>[], mac: string, here: Wire): Evidence[] {
  const stale = others.flatMap((t) => (t.fact.ok ? [t.fact.fact.from(mac) ?? t.fact.fact.anybody] : []))
  return [...stale, here.otherVlan].flatMap((s) => (s ? [s.source] : []))
}

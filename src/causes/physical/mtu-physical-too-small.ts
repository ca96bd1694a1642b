import type { Evidence } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import type { InNamespace } from '../../core/from-the-dhcp-namespace.ts'
import { say } from '../../core/lang.ts'
import { allAnswered, noneAnswered, type Pings } from '../../core/pings.ts'
import { type AtHost, every } from '../../core/probe.ts'
import type { Remedy } from '../../core/step.ts'
import { found, quietly, ruledOut, unknown, type Verdict } from '../../core/verdict.ts'
import { type Links, links } from '../../probes/host/links.ts'
import { fromTheDhcpNamespace } from '../../probes/wiring/from-the-dhcp-namespace.ts'
import { type Provider, provider } from '../../probes/wiring/provider.ts'
import { isPhysical } from '../applies.ts'
import { byHand } from '../remedies.ts'

/** A NIC of the way, where it is what does not carry them. */
interface Nic {
  readonly host: string
  readonly name: string
  /** Bytes. */
  readonly mtu: number
}
interface Detail {
  readonly from: string
  /** The VM's host, or the gateway. */
  readonly to: string
  /** Of the network, by Neutron. Bytes. */
  readonly mtu: number
  readonly nic?: Nic
}

/** Larger than this a guest or a gateway may not be set up for, on a network that carries it. Bytes. */
const USUAL = 1500

export default defineCause({
  id: 'mtu-physical-too-small',
  at: 'compute',
  byProof: true,
  acrossHosts: true,
  // DHCP and ARP are small enough.
  stops: { station: 'switch', conversations: [] },
  scope: ['host', 'network on host', 'network'],
  applies: isPhysical,
  needs: {
    inside: fromTheDhcpNamespace,
    nics: every('compute', provider),
    there: every('dhcp', provider),
    sizes: every('compute', links),
    sizesThere: every('dhcp', links),
  },
  explainedBy: [],

  check({ inside, nics, there, sizes, sizesThere }, { subject, host }): Verdict<Detail> {
    const ways = inside.hosts.flatMap((at) => wayOf(at, host) ?? [])
    const whole = ways.find(({ full }) => allAnswered(full))
    if (whole) return ruledOut(whole.full.source)
    const lost = ways.find(isLost)
    if (!lost)
      return quietly(
        unknown(
          'what becomes of large pings between hosts says nothing where small ones are not all answered',
          '主机之间的小包 ping 没有全部应答，大包不通说明不了问题',
        ),
      )
    const { from, to, small, full } = lost
    const mtu = full.size
    const own = to === host ? narrowestOf(sizes, subject.port.id) : undefined
    if (own !== undefined && own < mtu)
      return unknown(
        `the VM's own devices on ${host} have MTU ${own}: larger packets do not get past them`,
        `虚拟机在 ${host} 上的设备 MTU 为 ${own}，更大的报文过不去`,
      )
    const all = nicsOf([...nics, ...there], [...sizes, ...sizesThere])
    const nic = all.find((n) => n.mtu < mtu && (n.host === from || n.host === to))
    const detail: Detail = { from, to, mtu, ...(nic ? { nic } : {}) }
    const because = [...(nic ? [nic.source] : []), small.source, full.source]
    return found(detail, nic ? 'certain' : mtu > USUAL ? 'possible' : 'likely', ...because)
  },

  fix: ({ from, to, mtu, nic }) => [
    ...(nic ? [raise(nic, mtu)] : []),
    byHand(
      'switch',
      `Let packets of ${mtu} bytes (and their VLAN tag) pass between ${from} and ${to}: on the NICs, and on every switch between them.`,
      `让 ${mtu} 字节的报文（另加 VLAN tag）能在 ${from} 与 ${to} 之间通过：两端的网卡以及沿途的交换机都要调整 MTU。`,
    ),
  ],

  words: {
    en: {
      title: "The physical network does not carry packets of the network's MTU",
      why: 'DHCP, ARP and ping are small and pass; SSH, HTTP and downloads hang at their first large packet.',
      says: ({ from, to, mtu, nic }) =>
        `From the DHCP namespace of ${from} to ${to} small pings are answered, and none of ${mtu} bytes, the network's MTU${nic ? `: ${nic.name} of ${nic.host} has MTU ${nic.mtu}` : ''}.`,
    },
    zh: {
      title: '物理网络的 MTU 太小，装不下该网络的报文',
      why: 'DHCP、ARP、ping 都是小包，能通；SSH、HTTP、下载等一遇到大包就卡住。',
      says: ({ from, to, mtu, nic }) =>
        `从 ${from} 的 DHCP namespace 到 ${to}，小包能 ping 通，${mtu} 字节（网络 MTU）的一个也不通${nic ? `：${nic.host} 的 ${nic.name} MTU 只有 ${nic.mtu}` : ''}。`,
    },
  },
})

interface Way {
  readonly from: string
  readonly to: string
  readonly small: Pings
  readonly full: Pings
}

/** What crosses the NIC of the VM's host: pings of the VM, or of the gateway where the DHCP server is on that host. */
function wayOf({ host: from, reached }: InNamespace, host: string): Way | undefined {
  const target = reached.find(({ is }) => is === (from === host ? 'gateway' : 'VM'))
  if (target?.full?.ok !== true || !target.pings.ok) return undefined
  return { from, to: from === host ? target.ip : host, small: target.pings.fact, full: target.full.fact }
}

/** A device of the namespace that refuses them itself has not let them try the way. */
const isLost = ({ small, full }: Way): boolean =>
  allAnswered(small) && noneAnswered(full) && full.tooLongFor === undefined

function nicsOf(
  providers: readonly AtHost<Provider>[],
  sizes: readonly AtHost<Links>[],
): readonly (Nic & { readonly source: Evidence })[] {
  return providers.flatMap(({ host, fact }) => {
    const known = sizes.find((size) => size.host === host)?.fact
    const names = fact.ok ? fact.fact.nics.flatMap((port) => port.interfaces.map(({ name }) => name)) : []
    return names.flatMap((name) => {
      const link = known?.ok ? known.fact.byName.get(name) : undefined
      return link?.mtu === undefined ? [] : [{ host, name, mtu: link.mtu, source: link.source }]
    })
  })
}

/** Of the VM's tap, and of the firewall bridge before it where it has one. */
function narrowestOf(sizes: readonly AtHost<Links>[], port: string): number | undefined {
  const names = ['tap', 'qvo', 'qvb', 'qbr'].map((prefix) => prefix + port.slice(0, 11))
  const known = sizes.flatMap(({ fact }) => (fact.ok ? names.flatMap((n) => fact.fact.byName.get(n)?.mtu ?? []) : []))
  return known.length > 0 ? Math.min(...known) : undefined
}

const raise = ({ host, name, mtu }: Nic, needed: number): Remedy => ({
  on: host,
  risk: "blips this host's ports",
  run: ['ip', 'link', 'set', name, 'mtu', String(needed)],
  undo: ['ip', 'link', 'set', name, 'mtu', String(mtu)],
  say: say(
    'Raise the MTU of the NIC, and in its configuration too: this lasts until the next boot.',
    '调大网卡的 MTU，并写入网卡配置：该命令重启后失效。',
  ),
})

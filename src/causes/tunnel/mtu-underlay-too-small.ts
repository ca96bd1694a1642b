import type { Evidence } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import { allAnswered, noneAnswered, type Pings } from '../../core/pings.ts'
import type { Parsed } from '../../core/probe.ts'
import { type Remedy } from '../../core/step.ts'
import type { UnderlayWay } from '../../core/underlay-tried.ts'
import { found, ruledOut, unknown, warning } from '../../core/verdict.ts'
import { say } from '../../core/lang.ts'
import { underlayTried } from '../../probes/wiring/underlay-tried.ts'
import { isOverlay } from '../applies.ts'
import { byHand } from '../remedies.ts'

interface Detail {
  readonly host: string
  readonly peer: string
  /** Bytes. */
  readonly needed: number
  readonly mtu: number
  /** The MTU that refused the packets, where somebody has said so. */
  readonly limit?: number
  /** The largest MTU that the network may have then. */
  readonly fits?: number
  /** A device of the host that is too small itself. */
  readonly device?: { readonly host: string; readonly name: string; readonly mtu: number }
}

export default defineCause({
  id: 'mtu-underlay-too-small',
  at: 'compute',
  byProof: true,
  acrossHosts: true,
  // DHCP and ARP are small enough.
  stops: { station: 'switch', conversations: [] },
  scope: ['host', 'network on host', 'network'],
  applies: isOverlay,
  needs: { tried: underlayTried },
  explainedBy: [],

  check({ tried }, { host }) {
    if (tried.mayFragment)
      return unknown(
        'Open vSwitch may fragment what it tunnels (df_default=false): any MTU carries it',
        'Open vSwitch 允许对隧道报文分片（df_default=false），MTU 小也能通',
      )
    const pairs = tried.ways
      .filter((way) => way.host === host)
      .map((way) => [way, ...tried.ways.filter((back) => back.host === way.peer && back.peer === host)])
    const small = pairs.filter((ways) => ways.some((way) => limitOf(way, tried.needed) !== undefined))
    const [first] = small
    if (!first) {
      if (tried.ways.every(({ full }) => full.ok && allAnswered(full.fact)))
        return ruledOut(...tried.ways.flatMap(({ full }) => (full.ok ? [full.fact.source] : [])))
      return unknown(
        'not every small ping between the tunnel addresses is answered: what becomes of large ones says nothing',
        '隧道地址之间的小包 ping 没有全部应答，大包不通说明不了问题',
      )
    }
    const limits = first.flatMap((way) => limitOf(way, tried.needed) ?? [])
    const told = Math.min(...limits.flatMap(({ mtu }) => mtu ?? []))
    const device = limits.find((limit) => limit.device !== undefined)?.device
    const detail: Detail = {
      ...{ host, peer: first[0]?.peer ?? '', needed: tried.needed, mtu: tried.mtu },
      ...(Number.isFinite(told) ? { limit: told, fits: tried.mtu - (tried.needed - told) } : {}),
      ...(device ? { device } : {}),
    }
    const because = limits.flatMap((limit) => limit.because)
    return (small.length === pairs.length ? found : warning)(detail, 'certain', ...because)
  },

  fix: ({ device, needed, fits, host, peer }, { subject }) => [
    ...(device ? [raise(device, needed)] : []),
    byHand(
      'switch',
      `Let packets of ${needed} bytes pass between ${host} and ${peer}: on their underlay NICs, and on every switch and router between them.`,
      `让 ${needed} 字节的报文能在 ${host} 与 ${peer} 之间通过：两端的承载网卡以及沿途的交换机、路由器都要调整 MTU。`,
    ),
    {
      on: 'api',
      risk: 'manual',
      run: ['openstack', 'network', 'set', '--mtu', fits === undefined ? '<MTU>' : String(fits), subject.network.id],
      say: say(
        'Or make the network smaller. Guests learn of it when they renew their lease, or at their next start; other networks of this kind have the same MTU.',
        '或者调小网络的 MTU。虚拟机续租或重启后才会生效；同类网络的 MTU 也一样需要调整。',
      ),
    },
  ],

  words: {
    en: {
      title: "The network under the tunnels does not carry packets of the network's MTU",
      why: 'DHCP, ARP and ping are small and pass; SSH, HTTP and downloads hang at their first large packet.',
      says: (d) =>
        d.device
          ? `${d.device.name} of ${d.device.host} has MTU ${d.device.mtu}, and the network's MTU ${d.mtu} needs ${d.needed} in the tunnel.`
          : `Between ${d.host} and ${d.peer} small pings pass and pings of ${d.needed} bytes do not${d.limit === undefined ? '' : ` (MTU ${d.limit})`}; the network's MTU ${d.mtu} needs them.`,
    },
    zh: {
      title: '隧道承载网络的 MTU 太小，装不下该网络的报文',
      why: 'DHCP、ARP、ping 都是小包，能通；SSH、HTTP、下载等一遇到大包就卡住。',
      says: (d) =>
        d.device
          ? `${d.device.host} 的 ${d.device.name} MTU 只有 ${d.device.mtu}，网络 MTU ${d.mtu} 加上隧道开销需要 ${d.needed}。`
          : `${d.host} 与 ${d.peer} 之间小包能 ping 通，${d.needed} 字节的大包不通${d.limit === undefined ? '' : `（MTU ${d.limit}）`}；网络 MTU ${d.mtu} 需要这么大的报文。`,
    },
  },
})

interface Limit {
  readonly mtu?: number
  readonly device?: NonNullable<Detail['device']>
  readonly because: readonly Evidence[]
}

/** Why a way does not carry what it has to; nothing where it does, or where that is not known. */
function limitOf({ host, small, full, device }: UnderlayWay, needed: number): Limit | undefined {
  if (device !== undefined && device.mtu < needed)
    return {
      mtu: device.mtu,
      device: { host, name: device.name, mtu: device.mtu },
      because: [device.source, ...sourceOf(full)],
    }
  if (!small.ok || !full.ok || !noneAnswered(full.fact)) return undefined
  const mtu = full.fact.tooLongFor
  // Who says that it was too large need not have let a small one pass.
  if (mtu !== undefined && mtu < needed) return { mtu, because: [full.fact.source] }
  return allAnswered(small.fact) ? { because: [small.fact.source, full.fact.source] } : undefined
}

const sourceOf = (pings: Parsed<Pings>): readonly Evidence[] => (pings.ok ? [pings.fact.source] : [])

const raise = ({ host, name, mtu }: NonNullable<Detail['device']>, needed: number): Remedy => ({
  on: host,
  risk: "blips this host's ports",
  run: ['ip', 'link', 'set', name, 'mtu', String(needed)],
  undo: ['ip', 'link', 'set', name, 'mtu', String(mtu)],
  say: say(
    'Raise the MTU of the underlay NIC, and in its configuration too: this lasts until the next boot.',
    '调大承载网卡的 MTU，并写入网卡配置：该命令重启后失效。',
  ),
})

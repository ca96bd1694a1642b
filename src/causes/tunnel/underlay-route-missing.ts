import { defineCause } from '../../core/cause.ts'
import { noneAnswered } from '../../core/pings.ts'
import type { Subject } from '../../core/subject.ts'
import type { UnderlayTried, UnderlayWay } from '../../core/underlay-tried.ts'
import { found, ruledOut, stopping, unknown, warning } from '../../core/verdict.ts'
import { underlayTried } from '../../probes/wiring/underlay-tried.ts'
import { isOverlay } from '../applies.ts'
import { byHand } from '../remedies.ts'

export default defineCause({
  id: 'underlay-route-missing',
  at: 'ends',
  byProof: true,
  acrossHosts: true,
  stops: { station: 'switch' },
  scope: ['host', 'network on host'],
  applies: isOverlay,
  needs: { tried: underlayTried },
  // The tunnel address may be that of a bridge of Open vSwitch.
  explainedBy: ['vswitchd-down'],

  check({ tried }, { subject, host }) {
    const ways = tried.ways.filter((way) => way.host === host)
    const unrouted = ways.filter(hasNoRoute)
    const unresolved = ways.filter((way) => isUnresolved(way, tried, subject))
    const lost = [...unrouted, ...unresolved]
    const [first] = lost
    if (!first) {
      const shown = ways.flatMap((way) => evidenceOfPassing(way) ?? [])
      if (ways.length > 0 && shown.length === ways.length) return ruledOut(...shown)
      return unknown('no ping between the tunnel addresses is answered', '隧道地址之间的 ping 没有应答')
    }
    const detail = {
      ...{ host, peer: first.peer, from: first.from, to: first.to, others: lost.length - 1 },
      route: unrouted.length === 0,
    }
    const because = lost.flatMap((way) => evidenceOf(way))
    const sure = unrouted.length > 0 ? 'certain' : 'likely'
    if (lost.length < ways.length || isServedHere(subject)) return warning(detail, sure, ...because)
    return stopping({ conversations: ['dhcp'] }, found(detail, sure, ...because))
  },

  fix: ({ from, to, peer, route }, { host }) => [
    route
      ? byHand(
          host,
          `See why ${peer} does not answer for ${to}: its underlay NIC, its address, and the VLAN of the underlay on the switch.`,
          `检查 ${peer} 为什么不应答 ${to}：它的承载网卡、地址，以及交换机上的承载 VLAN。`,
        )
      : byHand(
          host,
          `Add the route of ${host} to ${to} (from ${from}), and to its network configuration, so that the next boot has it too.`,
          `在 ${host} 上补上到 ${to} 的路由（源地址 ${from}），并写入网络配置，保证重启后仍在。`,
        ),
  ],

  words: {
    en: {
      title: 'The other end of the tunnel cannot be reached: no route, or nobody answers for its address',
      why: 'What is put into the tunnel goes nowhere; the tunnel port itself looks as it should.',
      says: (d) =>
        d.route
          ? `${d.host} asks for the link-layer address of ${d.to} (${d.peer}), and nobody answers${more.en(d.others)}.`
          : `${d.host} has no route from ${d.from} to ${d.to} (${d.peer})${more.en(d.others)}.`,
    },
    zh: {
      title: '隧道对端不可达：没有路由，或对端地址没有应答',
      why: '送进隧道的报文无处可去，而隧道口本身看起来一切正常。',
      says: (d) =>
        d.route
          ? `${d.host} 查询 ${d.to}（${d.peer}）的 MAC 地址，没有应答${more.zh(d.others)}。`
          : `${d.host} 上没有从 ${d.from} 到 ${d.to}（${d.peer}）的路由${more.zh(d.others)}。`,
    },
  },
})

const more = {
  en: (others: number) => (others > 0 ? `, and of ${others} more` : ''),
  zh: (others: number) => (others > 0 ? `，另外还有 ${others} 台` : ''),
}

const hasNoRoute = ({ route }: UnderlayWay) => route.ok && route.fact.is === 'none'

/** Told of one end alone: the VM's, unless the other cannot even answer. */
function isUnresolved(way: UnderlayWay, { ways }: UnderlayTried, { compute }: Subject): boolean {
  if (way.unresolved === undefined || !way.small.ok || !noneAnswered(way.small.fact) || hasNoRoute(way)) return false
  const back = ways.find((w) => w.host === way.peer && w.peer === way.host)
  if (back === undefined) return true
  return !hasNoRoute(back) && (way.host === compute || back.unresolved === undefined)
}

const evidenceOf = ({ route, small, unresolved }: UnderlayWay) => [
  ...(route.ok && route.fact.is === 'none' ? [route.fact.source] : []),
  ...(unresolved && !(route.ok && route.fact.is === 'none') ? [unresolved] : []),
  ...(small.ok ? [small.fact.source] : []),
]

const evidenceOfPassing = ({ small }: UnderlayWay) =>
  small.ok && small.fact.received > 0 ? small.fact.source : undefined

/** With a DHCP server on the VM's own host no tunnel is needed for it. */
const isServedHere = ({ compute, dhcpHosts }: Subject) => compute !== undefined && dhcpHosts.includes(compute)

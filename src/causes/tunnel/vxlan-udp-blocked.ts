import { defineCause } from '../../core/cause.ts'
import type { UnderlayTried } from '../../core/underlay-tried.ts'
import { found, ruledOut, stopping, unknown, warning } from '../../core/verdict.ts'
import { sentAsVm } from '../../probes/wiring/sent-as-vm.ts'
import { underlayTried } from '../../probes/wiring/underlay-tried.ts'
import { isVxlan } from '../applies.ts'
import { byHand } from '../remedies.ts'
import { tunnelCrossings } from '../tunnel-crossing.ts'

export default defineCause({
  id: 'vxlan-udp-blocked',
  at: 'compute',
  byProof: true,
  acrossHosts: true,
  stops: { station: 'switch' },
  scope: ['host', 'network on host', 'everything'],
  applies: isVxlan,
  needs: { tried: underlayTried, sent: sentAsVm },
  explainedBy: ['underlay-route-missing'],

  check({ tried, sent }, { subject, host }) {
    const crossings = tunnelCrossings(sent, host)
    const lost = crossings.filter(({ is }) => is === 'request lost' || is === 'reply lost')
    const [first] = lost.filter(({ server }) => pingsPass(tried, host, server))
    if (!first) {
      if (crossings.length > 0 && crossings.every(({ is }) => is === 'crosses'))
        return ruledOut(...crossings.flatMap((c) => c.because))
      if (lost.length > 0)
        return unknown(
          'frames are lost between the hosts, and pings as well, or they are not answered: it is not VXLAN alone',
          '主机之间的隧道报文丢失，ping 也不通（或不应答）：不只是 VXLAN 的问题',
        )
      return unknown(
        'not every capture could tell whether the tunnelled frames come in',
        '抓包无法确定隧道报文是否到达对端',
      )
    }
    const [from, to] = first.is === 'request lost' ? [host, first.server] : [first.server, host]
    const pings = tried.ways.flatMap((w) =>
      [w.host, w.peer].includes(first.server) && w.small.ok ? [w.small.fact.source] : [],
    )
    const detail = { from, to, left: first.left, ip: addressOf(tried, from, to) }
    const because = [...first.because, ...pings]
    if (lost.length < crossings.length || subject.dhcpHosts.includes(host))
      return warning(detail, 'certain', ...because)
    return stopping({ conversations: ['dhcp'] }, found(detail, 'certain', ...because))
  },

  fix: ({ from, to, ip }) => [
    byHand(
      'switch',
      `Ask the network team (or whoever runs the firewall between them) to let the UDP port of VXLAN (4789 unless it is configured otherwise) pass from ${from} to ${to} (${ip}), and back.`,
      `请网络组（或两者之间防火墙的管理员）放行 ${from} 到 ${to}（${ip}）的 VXLAN UDP 端口（默认 4789），双向都要放行。`,
    ),
  ],

  words: {
    en: {
      title: 'VXLAN does not pass between the hosts, while ping does',
      why: 'The tunnel ports are there and the addresses answer, but nothing of the network comes out at the other end.',
      says: (d) =>
        `Of what was sent as the VM, ${d.left} frames left ${d.from} inside VXLAN, and none came in on the NIC of ${d.to} (${d.ip}), while it answers ping.`,
    },
    zh: {
      title: '主机之间 ping 得通，VXLAN 却不通',
      why: '隧道口都在、地址也能 ping 通，但隧道里的报文到不了对端。',
      says: (d) =>
        `以虚拟机身份发送的报文有 ${d.left} 个封装在 VXLAN 中从 ${d.from} 发出，${d.to}（${d.ip}）的网卡一个也没有收到，而 ping 能通。`,
    },
  },
})

const wayOf = ({ ways }: UnderlayTried, host: string, peer: string) =>
  ways.find((way) => way.host === host && way.peer === peer)

const addressOf = (tried: UnderlayTried, from: string, to: string): string => wayOf(tried, from, to)?.to ?? ''

const pingsPass = (tried: UnderlayTried, host: string, peer: string): boolean => {
  const small = wayOf(tried, host, peer)?.small
  return small?.ok === true && small.fact.received > 0
}

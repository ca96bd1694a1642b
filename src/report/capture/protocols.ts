import type { Arp, Dhcp, Icmp, Packet } from '../../capture/decode/packet.ts'
import { type Say, say } from '../../core/lang.ts'

const NOBODY = '0.0.0.0'

export function dhcpWords(dhcp: Dhcp): Say {
  const xid = `xid ${dhcp.xid.toString(16).padStart(8, '0')}`
  const name = dhcp.type === undefined ? `BOOTP ${dhcp.op}` : `DHCP ${dhcp.type}`
  const told = dhcpDetail(dhcp)
  return say(`${name} ${told.en}, ${xid}`, `${name} ${told.zh}，${xid}`)
}

function dhcpDetail({ op, type, chaddr, yiaddr, ciaddr, serverId = '?', requestedIp, message }: Dhcp): Say {
  const wanted = requestedIp ?? ciaddr
  if (type === 'NAK') {
    const why = message === undefined ? '' : ` (${message})`
    return say(`from ${serverId} to ${chaddr}${why}`, `由 ${serverId} 发给 ${chaddr}${why}`)
  }
  if (type === 'OFFER' || type === 'ACK')
    return say(`${yiaddr} from ${serverId} to ${chaddr}`, `${yiaddr}，由 ${serverId} 发给 ${chaddr}`)
  if (op === 'reply') return say(`to ${chaddr}`, `发给 ${chaddr}`)
  if (wanted === NOBODY) return say(`of ${chaddr}`, `来自 ${chaddr}`)
  return say(`of ${chaddr} for ${wanted}`, `来自 ${chaddr}，请求 ${wanted}`)
}

export function arpWords({ op, senderIp, senderMac, targetIp }: Arp): Say {
  if (op === 2) return say(`ARP ${senderIp} is at ${senderMac}`, `ARP ${senderIp} 的 MAC 是 ${senderMac}`)
  if (senderIp === NOBODY) return say(`ARP probe: has anyone ${targetIp}?`, `ARP 探测：有人在用 ${targetIp} 吗？`)
  if (senderIp === targetIp)
    return say(`ARP announcement: ${senderIp} is at ${senderMac}`, `ARP 通告：${senderIp} 的 MAC 是 ${senderMac}`)
  return say(`ARP who has ${targetIp}? tell ${senderIp}`, `ARP 谁有 ${targetIp}？请告知 ${senderIp}`)
}

export function icmpWords({ ipv4, ipv6 }: Packet, icmp: Icmp): Say {
  const { src = '?', dst = '?' } = ipv4 ?? ipv6 ?? {}
  const name = (ipv6 ? icmpv6Types : icmpTypes)[icmp.type]
  const kind = name ?? say(`type ${icmp.type}`, `类型 ${icmp.type}`)
  const code = name === undefined || icmp.code === 0 ? '' : ` ${icmp.code}`
  const more = `${icmp.sequence === undefined ? '' : ` seq ${icmp.sequence}`}${icmp.mtu === undefined ? '' : ` MTU ${icmp.mtu}`}`
  const [head, tail] = [ipv6 ? 'ICMPv6' : 'ICMP', `${src} → ${dst}${more}`]
  return say(`${head} ${kind.en}${code} ${tail}`, `${head} ${kind.zh}${code} ${tail}`)
}

const request = say('echo request', 'echo 请求')
const reply = say('echo reply', 'echo 应答')
const unreachable = say('unreachable', '不可达')
const icmpTypes: Readonly<Record<number, Say>> = {
  0: reply,
  3: unreachable,
  5: say('redirect', '重定向'),
  8: request,
  11: say('time exceeded', '超时'),
}
const icmpv6Types: Readonly<Record<number, Say>> = {
  1: unreachable,
  2: say('packet too big', '报文过大'),
  128: request,
  129: reply,
  133: say('router solicitation', '路由器请求'),
  134: say('router advertisement', '路由器通告'),
  135: say('neighbour solicitation', '邻居请求'),
  136: say('neighbour advertisement', '邻居通告'),
  143: say('multicast listener report', '组播侦听报告'),
}

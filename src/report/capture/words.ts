import type { Checksum, Packet } from '../../capture/decode/packet.ts'
import { type Say, say } from '../../core/lang.ts'
import { verbatim } from '../../core/failure.ts'
import { arpWords, dhcpWords, icmpWords } from './protocols.ts'

/** What a frame says, in one line; the MACs of its link layer and its VLAN stand beside it. */
export function packetWords(packet: Packet): Say {
  const trouble = troubles(packet)
  const what = contentWords(packet)
  return trouble.length === 0
    ? what
    : say(
        `${what.en}  [${trouble.map((each) => each.en).join(', ')}]`,
        `${what.zh}  [${trouble.map((each) => each.zh).join('，')}]`,
      )
}

function contentWords(packet: Packet): Say {
  const { arp, dhcp, icmp, vxlan, eth } = packet
  if (vxlan) return tunnelled(packet, vxlan)
  if (dhcp) return dhcpWords(dhcp)
  if (arp) return arpWords(arp)
  if (icmp) return icmpWords(packet, icmp)
  const { src = '?', dst = '?' } = packet.ipv4 ?? packet.ipv6 ?? {}
  if (packet.udp) return verbatim(`UDP ${src}:${packet.udp.src} → ${dst}:${packet.udp.dst}`)
  if (packet.tcp)
    return verbatim(`TCP ${src}:${packet.tcp.src} → ${dst}:${packet.tcp.dst} ${packet.tcp.flags.join(',')}`)
  const ip = packet.ipv4 ?? packet.ipv6
  if (ip) return say(`IP protocol ${ip.protocol} ${src} → ${dst}`, `IP 协议号 ${ip.protocol} ${src} → ${dst}`)
  if (eth) return verbatim(etherTypes[eth.type] ?? `EtherType 0x${eth.type.toString(16).padStart(4, '0')}`)
  return say('not decoded', '无法解码')
}

const etherTypes: Readonly<Record<number, string>> = { 0x88cc: 'LLDP', 0x8809: 'LACP', 0x0806: 'ARP' }

function tunnelled({ ipv4, ipv6 }: Packet, { vni, inner }: NonNullable<Packet['vxlan']>): Say {
  const { src = '?', dst = '?' } = ipv4 ?? ipv6 ?? {}
  const what = packetWords(inner)
  return say(`VXLAN ${vni} ${src} → ${dst}: ${what.en}`, `VXLAN ${vni} ${src} → ${dst}：${what.zh}`)
}

function troubles({ ipv4, udp, tcp, icmp }: Packet): readonly Say[] {
  const layers: readonly (readonly [string, Checksum | undefined])[] = [
    ['IP', ipv4?.checksum],
    ['UDP', udp?.checksum],
    ['TCP', tcp?.checksum],
    ['ICMP', icmp?.checksum],
  ]
  return layers.flatMap(([name, checksum]) => {
    if (checksum === 'bad') return say(`${name} checksum is bad`, `${name} 校验和错误`)
    if (checksum === 'offloaded') return say(`${name} checksum left to the NIC`, `${name} 校验和留给网卡计算`)
    return []
  })
}

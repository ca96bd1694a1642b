import { say } from '../core/lang.ts'
import type { Finding } from './finding.ts'
import { dhcpOf, type Heard, type HeardDhcp, type Intent, toGuest } from './heard.ts'

/** Answers of DHCP servers that Neutron does not know, or that use the address of one that it knows. */
export function serverFindings(heard: readonly Heard[], { servers }: Intent): readonly Finding[] {
  // Who does not know the right servers can call none wrong.
  if (servers.length === 0) return []
  const answers = dhcpOf(heard.filter(toGuest), 'OFFER', 'ACK', 'NAK')
  const foreign = answers.filter(({ packet }) => !servers.some(({ mac }) => mac === packet.eth?.src))
  const known = servers.flatMap(({ ips }) => ips)
  const usesKnown = ({ dhcp, packet }: HeardDhcp) => known.includes(dhcp.serverId ?? packet.ipv4?.src ?? '')
  return [
    ...bySender(foreign.filter((each) => !usesKnown(each))).map(rogue),
    ...bySender(foreign.filter(usesKnown)).map(impostor),
  ]
}

function bySender(answers: readonly HeardDhcp[]): readonly (readonly HeardDhcp[])[] {
  const senders = [...new Set(answers.map(({ packet }) => packet.eth?.src))]
  return senders.map((sender) => answers.filter(({ packet }) => packet.eth?.src === sender))
}

function rogue(answers: readonly HeardDhcp[]): Finding {
  const { mac, id, offered } = about(answers)
  return {
    id: 'rogue-dhcp-server',
    sure: 'certain',
    says: say(
      `A DHCP server that Neutron does not know, ${id} (${mac}), answers and offers ${offered}.`,
      `Neutron 不认识的 DHCP 服务器 ${id}（${mac}）在应答，分配 ${offered}。`,
    ),
    frames: answers,
  }
}

function impostor(answers: readonly HeardDhcp[]): Finding {
  const { mac, id, offered } = about(answers)
  return {
    id: 'duplicate-dhcp-server-ip',
    sure: 'certain',
    says: say(
      `${mac}, which is no DHCP port of the network, answers as DHCP server ${id} and offers ${offered}.`,
      `${mac} 不是该网络的 DHCP 端口，却以 DHCP 服务器 ${id} 的身份应答，分配 ${offered}。`,
    ),
    frames: answers,
  }
}

function about(answers: readonly HeardDhcp[]): { readonly mac: string; readonly id: string; readonly offered: string } {
  const [first] = answers
  const offered = [...new Set(answers.map(({ dhcp }) => dhcp.yiaddr).filter((ip) => ip !== '0.0.0.0'))]
  return {
    mac: first?.packet.eth?.src ?? '?',
    id: first?.dhcp.serverId ?? first?.packet.ipv4?.src ?? '?',
    offered: offered.join(', ') || '-',
  }
}

import { say } from '../core/lang.ts'
import type { Finding } from './finding.ts'
import { between, dhcpOf, fromGuest, type Heard, type HeardDhcp, type Intent, toGuest } from './heard.ts'

/** What the guest and its server say to each other. */
export const answerFindings = (heard: readonly Heard[], { mac }: Intent): readonly Finding[] => {
  const mine = heard.filter(({ packet }) => packet.dhcp === undefined || packet.dhcp.chaddr === mac)
  return [...refusals(mine), ...ignored(mine)]
}

function refusals(heard: readonly Heard[]): readonly Finding[] {
  const naks = dhcpOf(heard.filter(toGuest), 'NAK')
  const [first] = naks
  if (!first) return []
  const { serverId = '?', message } = first.dhcp
  const [wanted] = dhcpOf(heard.filter(fromGuest), 'REQUEST').filter(({ dhcp }) => dhcp.xid === first.dhcp.xid)
  const ip = wanted?.dhcp.requestedIp ?? wanted?.dhcp.ciaddr ?? '?'
  const why = message === undefined ? '' : `: "${message}"`
  return [
    {
      id: 'dhcp-nak-on-renew',
      sure: 'certain',
      says: say(
        `The DHCP server ${serverId} refuses the guest ${ip}${why}.`,
        `DHCP 服务器 ${serverId} 拒绝了虚拟机请求的 ${ip}${why.replace(': ', '：')}。`,
      ),
      frames: [...(wanted ? [wanted] : []), ...naks],
    },
  ]
}

/** A client that has an offer takes one of those that it got within a second or two; who asks again has not. */
const PATIENCE_SECONDS = 1

/** Offers that came to the guest's port while the guest went on asking. */
function ignored(heard: readonly Heard[]): readonly Finding[] {
  const offers = dhcpOf(heard.filter(toGuest), 'OFFER')
  const asked = dhcpOf(heard.filter(fromGuest), 'DISCOVER')
  const taken = dhcpOf(heard.filter(fromGuest), 'REQUEST')
  const [first] = offers
  if (!first || taken.some((request) => between(first, request) > 0)) return []
  const again = asked.filter((discover) => between(first, discover) > PATIENCE_SECONDS)
  if (again.length === 0) return []
  // A second offer that is left lying rules out that the guest was about to take the first.
  const sure = again.length > 1 && offers.length > 1 ? 'certain' : 'likely'
  const frames = [first, ...again.slice(0, 2), ...offers.slice(1, 2)]
  return [offers.every(isDamaged) ? damaged(offers, frames) : { ...unheeded(first, again.length), sure, frames }]
}

const isDamaged = ({ packet }: Heard): boolean => packet.udp?.checksum === 'bad' || packet.udp?.checksum === 'offloaded'

function unheeded({ dhcp }: HeardDhcp, times: number): Pick<Finding, 'id' | 'says'> {
  return {
    id: 'guest-ignores-offer',
    says: say(
      `An OFFER of ${dhcp.yiaddr} came to the guest's port, and the guest asked ${times} more times without taking it.`,
      `OFFER（${dhcp.yiaddr}）已到达虚拟机端口，但虚拟机没有接受，又请求了 ${times} 次。`,
    ),
  }
}

/** A sum left to the NIC may be completed on the way into the guest: only a wrong one is wrong whoever looks. */
function damaged(offers: readonly HeardDhcp[], frames: readonly Heard[]): Finding {
  const wrong = offers.every(({ packet }) => packet.udp?.checksum === 'bad')
  return {
    id: 'udp-checksum-bad',
    sure: wrong ? 'certain' : 'likely',
    says: wrong
      ? say(
          'Every OFFER comes to the guest with a wrong UDP checksum, and the guest drops it and asks again.',
          '每个 OFFER 到达虚拟机时 UDP 校验和都是错的，虚拟机丢弃后继续请求。',
        )
      : say(
          'Every OFFER comes to the guest with its UDP checksum still left to a NIC, and the guest asks again.',
          '每个 OFFER 到达虚拟机时 UDP 校验和仍未计算（留给了网卡），虚拟机继续请求。',
        ),
    frames,
  }
}

import { say } from '../core/lang.ts'
import type { Finding } from './finding.ts'
import { between, dhcpOf, fromGuest, type Heard, type Intent, toGuest } from './heard.ts'

/** Somebody else with the VM's address or MAC. */
export const addressFindings = (heard: readonly Heard[], intent: Intent): readonly Finding[] => [
  ...sameIp(heard, intent),
  ...sameMac(heard, intent),
]

function sameIp(heard: readonly Heard[], { mac, ips }: Intent): readonly Finding[] {
  const claims = heard.filter(
    (each) => toGuest(each) && ips.includes(each.packet.arp?.senderIp ?? '') && each.packet.arp?.senderMac !== mac,
  )
  const declines = dhcpOf(heard.filter(fromGuest), 'DECLINE')
  const holder = claims[0]?.packet.arp
  if (holder)
    return [
      {
        id: 'dhcp-decline-ip-conflict',
        sure: 'certain',
        says: say(
          `${holder.senderMac} says that it has ${holder.senderIp}, the VM's address${declines.length > 0 ? '; the guest declined it' : ''}.`,
          `${holder.senderMac} 声称拥有虚拟机的地址 ${holder.senderIp}${declines.length > 0 ? '；虚拟机已拒绝该地址（DECLINE）' : ''}。`,
        ),
        frames: [...claims.slice(0, 2), ...declines.slice(0, 1)],
      },
    ]
  const [decline] = declines
  if (!decline) return []
  const ip = decline.dhcp.requestedIp ?? '?'
  return [
    {
      id: 'dhcp-decline-ip-conflict',
      sure: 'likely',
      says: say(
        `The guest declined ${ip}: it found it in use. Who uses it was not heard.`,
        `虚拟机拒绝了 ${ip}（DECLINE）：它发现该地址已被占用。没有抓到是谁在用。`,
      ),
      frames: [decline],
    },
  ]
}

/** A frame that comes back within this time is the guest's own, returned by a loop. Seconds. */
const LOOP_SECONDS = 2

function sameMac(heard: readonly Heard[], { mac }: Intent): readonly Finding[] {
  const sent = heard.filter(fromGuest)
  const strange = heard.filter(
    (each) => toGuest(each) && each.packet.eth?.src === mac && !sent.some((own) => isEcho(own, each)),
  )
  const [first] = strange
  if (!first) return []
  const ip = first.packet.arp?.senderIp ?? first.packet.ipv4?.src
  return [
    {
      id: 'duplicate-mac',
      sure: 'certain',
      says: say(
        `Frames with the VM's own MAC ${mac} come to it from the network${ip === undefined ? '' : `, from ${ip}`}.`,
        `从网络一侧收到了源 MAC 为虚拟机自己的 ${mac} 的帧${ip === undefined ? '' : `，来自 ${ip}`}。`,
      ),
      frames: strange.slice(0, 3),
    },
  ]
}

const isEcho = (own: Heard, other: Heard): boolean =>
  Math.abs(between(own, other)) < LOOP_SECONDS &&
  own.frame.bytes.length === other.frame.bytes.length &&
  own.frame.bytes.every((byte, i) => byte === other.frame.bytes[i])

import { say } from '../core/lang.ts'
import type { Finding } from './finding.ts'
import { fromGuest, type Heard, type Intent, toGuest } from './heard.ts'

/** A guest that sent nothing at all while its port was heard from begin to end. */
export function silenceFindings(heard: readonly Heard[], { ips }: Intent, seconds: number): readonly Finding[] {
  if (heard.some(fromGuest)) return []
  // Whoever is alive and has the address answers for it.
  const unanswered = heard.filter(
    ({ packet, ...each }) => toGuest({ packet, ...each }) && packet.arp?.op === 1 && ips.includes(packet.arp.targetIp),
  )
  const asked = unanswered.length
  return [
    {
      id: 'guest-silent',
      sure: asked > 0 ? 'likely' : 'possible',
      says:
        asked > 0
          ? say(
              `In ${seconds} s the guest sent nothing, and left ${asked} ARP requests for its own address unanswered.`,
              `${seconds} 秒内虚拟机没有发出任何帧，也没有应答 ${asked} 个询问它自己地址的 ARP 请求。`,
            )
          : say(
              `In ${seconds} s the guest sent nothing. If it was asked to (a renewal, a reboot), it did not.`,
              `${seconds} 秒内虚拟机没有发出任何帧。如果期间让它续租或重启过，那么它确实没有发。`,
            ),
      frames: unanswered.slice(0, 2),
    },
  ]
}

import type { Answer, Ask } from '../../core/answer.ts'
import type { Failure } from '../../core/failure.ts'
import { type Say, say } from '../../core/lang.ts'
import type { Bench } from '../../core/transport.ts'
import { guarded } from '../../core/guard.ts'
import { TIME_WAS_UP } from '../run.ts'
import { plainFilter, vxlanFilter, type Wanted } from './filter.ts'
import type { Device } from './places.ts'

/** How long a capture runs. Seconds. */
export const CAPTURE_S = 4
/** It ends before, with so many frames: the filter lets hardly any pass but what is sent. */
export const MOST_FRAMES = 2000
/** Enough for a DHCP message with its options, inside VXLAN. Bytes. */
const SNAP = 512

/** What tcpdump says once it listens. */
const LISTENING = 'listening on'

/**
 * Frames come back as pcap in hexadecimal: what looks like a secret is taken out of every answer, and base64 can look
 * like anything.
 */
export function captureAsk(device: Device, wanted: Wanted, run: string): Ask {
  const filter = device.vxlan === undefined ? plainFilter(wanted) : vxlanFilter(wanted, device.vxlan)
  const inside = device.netns === undefined ? [] : ['ip', 'netns', 'exec', device.netns]
  // -p: the device stays as it is; what is for the VM passes it all the same.
  const options = ['--immediate-mode', '-n', '-p', '-U', '-s', String(SNAP), '-c', String(MOST_FRAMES), '-w', '-']
  return {
    host: device.host,
    root: true,
    argv: guarded(run, String(CAPTURE_S), [...inside, 'tcpdump', ...options, '-i', device.name, filter]),
    pipe: [['od', '-An', '-v', '-tx1']],
    okExits: [0, TIME_WAS_UP],
    maxBytes: 8 << 20,
  }
}

export interface Capturing {
  readonly ask: Ask
  readonly ready: Promise<boolean>
  /** The answer, and when it came (`performance.now()`). */
  readonly ended: Promise<{ readonly answer: Answer; readonly at: number }>
}

export function startCapture(bench: Bench, ask: Ask): Capturing {
  const { ready, answer } = bench.start(ask, LISTENING)
  // A recorded answer was judged by its time when it was given.
  const now = () => (bench.recordedAt === undefined ? performance.now() : Number.POSITIVE_INFINITY)
  return { ask, ready, ended: answer.then((a) => ({ answer: a, at: now() })) }
}

/** An answer whose capture cannot show that nothing passed, with the reason. */
export function judged(answer: Answer): Answer {
  if (answer.failure) return answer
  const why = faultOf(answer.stderr)
  return why ? { ...answer, failure: failed(why) } : answer
}

export const failed = (detail: Say): Failure => ({ reason: 'exit', detail })

/** By tcpdump's own count, which it prints at its end. */
function faultOf(stderr: string): Say | undefined {
  const captured = /^(\d+) packets? captured/m.exec(stderr)?.[1]
  const dropped = /^(\d+) packets? dropped by kernel/m.exec(stderr)?.[1]
  if (captured === undefined || dropped === undefined)
    return say('tcpdump did not end as it should: no count of packets', 'tcpdump 没有正常结束：没有报文统计')
  if (dropped !== '0') return say(`tcpdump lost ${dropped} packets`, `tcpdump 丢了 ${dropped} 个报文`)
  return Number(captured) >= MOST_FRAMES ? say('more frames than a capture takes', '报文超过抓包上限') : undefined
}

/** The bytes of a capture file, from its hexadecimal digits. */
export function bytesOf(answer: Answer): Uint8Array {
  const words = answer.stdout.match(/[0-9a-f]{2}/g) ?? []
  return Uint8Array.from(words, (word) => Number.parseInt(word, 16))
}

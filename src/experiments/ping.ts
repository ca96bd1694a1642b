import { type Answer, type Ask, originOf, reading } from '../core/answer.ts'
import { guarded, unguarded } from '../core/guard.ts'
import { fromAnswer } from '../core/parse-answers.ts'
import type { Pings } from '../core/pings.ts'
import { fact, type Parsed, problem } from '../core/probe.ts'
import { linesOf } from '../core/scan.ts'
import { addressHex } from './as-vm/packets.ts'
import type { Means } from './captures.ts'
import { TIME_WAS_UP } from './run.ts'

/** Three, a fifth of a second apart (the shortest that a plain user may), each answered within a second or not at all. */
const SERIES = ['-n', '-c', '3', '-i', '0.2', '-W', '1']
export const PING_S = 4

export interface Series {
  readonly host: string
  /** An address of the host. */
  readonly from: string
  readonly to: string
  /** Of the whole IP packet, which then must not be fragmented; of any size where it is absent. Bytes. */
  readonly size?: number
}

/** Needs no root: ping(8) is allowed to everybody. */
export function pingAsk({ host, from, to, size }: Series, run: string): Ask {
  return {
    host,
    argv: guarded(run, String(PING_S), ['ping', ...SERIES, ...whole(to, size), '-I', from, to]),
    // 1: no answer. 2: not even sent, with the reason.
    okExits: [0, 1, 2, TIME_WAS_UP],
  }
}

/** From inside a namespace, which only root may enter. The address in hexadecimal, so that a sudoers file can allow it. */
export const pingAskInside = ({ host, namespace, to, size }: Inside, run: string): Ask => ({
  host,
  root: true,
  argv: guarded(run, String(PING_S), [
    ...['ip', 'netns', 'exec', namespace, 'ping', ...SERIES, ...whole(to, size)],
    `0x${addressHex(to)}`,
  ]),
  okExits: [0, 1, 2, TIME_WAS_UP],
})
interface Inside {
  readonly host: string
  readonly namespace: string
  /** IPv4. */
  readonly to: string
  readonly size?: number
}

/** Each by itself and all at once, for one that is not answered takes its time. Until they are over nothing is ended. */
export function pingAll(asks: readonly Ask[], { bench, ending }: Means): Promise<readonly Answer[]> {
  const answers = Promise.all(asks.map((ask) => bench.ask([ask]))).then((each) => each.flat())
  ending.notBefore(answers)
  return answers
}

/** So large, and not to be fragmented. */
const whole = (to: string, size: number | undefined): readonly string[] =>
  size === undefined ? [] : ['-M', 'do', '-s', String(size - headersOf(to))]

/** IP and ICMP. Bytes. */
const headersOf = (ip: string) => (ip.includes(':') ? 48 : 28)

/** Parses iputils' ping, of every release that counts its packets at the end. */
export const parsePings = (answer: Answer | undefined): Parsed<Pings> =>
  fromAnswer(answer, (a) => {
    const lines = linesOf(a.stdout)
    const total = lines.find((line) => / packets transmitted, /.test(line)) ?? ''
    const [, sent, received] = /^(\d+) packets transmitted, (\d+) (?:packets )?received/.exec(total) ?? []
    const head = /^PING .*? (\d+)(?:\((\d+)\))? (?:data )?bytes/.exec(lines[0] ?? '')
    if (sent === undefined || received === undefined || !head)
      return problem(...bothOf(linesOf(a.stderr)[0] ?? 'ping ended without its counts'))
    const tooLong = [...linesOf(a.stderr), ...lines].find((line) => TOO_LONG.test(line))
    const average = /= [\d.]+\/([\d.]+)\//.exec(lines.at(-1) ?? '')?.[1]
    return fact({
      sent: Number(sent),
      received: Number(received),
      size: Number(head[2] ?? head[1]),
      ...(tooLong === undefined ? {} : { tooLongFor: Number(TOO_LONG.exec(tooLong)?.[1] ?? 0) }),
      ...(average === undefined ? {} : { roundTrip: Math.round(Number(average) * 1000) }),
      source: reading(Number(received), tooLong ?? total, originOf(withoutGuard(a))),
    })
  })

/** The host's own device, a router on the way (IPv4), or one of IPv6. */
const TOO_LONG = /(?:message too long, mtu[=:] ?|Frag needed and DF set \(mtu = |Packet too big: mtu=)(\d+)/i

const bothOf = (words: string) => [words, words] as const

/** As a person would ask it. */
const withoutGuard = (answer: Answer): Answer => ({
  ...answer,
  ask: { ...answer.ask, argv: unguarded(answer.ask.argv).map(dotted) },
})

const dotted = (word: string): string =>
  /^0x[0-9a-f]{8}$/.test(word)
    ? (word.slice(2).match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).join('.')
    : word

import { type Answer, type Ask, type Evidence, originOf, reading } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, type Parsed, type Place } from '../../core/probe.ts'
import { linesOf } from '../../core/scan.ts'
import { hostsOf } from '../../core/subject.ts'

/** What dnsmasq logged of one message (dnsmasq, src/rfc2131.c `log_packet`). */
export interface DhcpEvent {
  /** Milliseconds since the epoch, by the host's clock. */
  readonly at: number
  readonly kind: 'DISCOVER' | 'OFFER' | 'REQUEST' | 'ACK' | 'NAK' | 'DECLINE' | 'RELEASE' | 'INFORM'
  readonly device: string
  /** What follows the address: `no address available`, `wrong network`, a host name … */
  readonly note: string
  readonly source: Evidence
}

/**
 * The address that a DISCOVER of Oldhand's own asks for (`--prove`), of TEST-NET-1 (RFC 5737). dnsmasq prints it and
 * offers the port's own all the same: so that nobody takes it for a question of the guest.
 */
export const OWN_ADDRESS = '192.0.2.67'

/** What dnsmasq has logged of a MAC. `since` as of journalctl(1): `-2h`. */
export const logAsk = (host: string, mac: string, since: string): Ask => ({
  host,
  root: true,
  argv: ['journalctl', '-q', '--no-pager', '-o', 'short-iso', `--since=${since}`, '-t', 'dnsmasq-dhcp'],
  pipe: [
    ['grep', '-aiF', mac],
    ['tail', '-n', '60'],
  ],
})

const asks = ({ subject, host }: Place): readonly Ask[] =>
  hostsOf(subject, 'dhcp').includes(host) ? [logAsk(host, subject.port.mac, '-2h')] : []

/** What the guest asked and was told; what Oldhand itself has asked as the VM is left out. */
export const dnsmasqLog = hostProbe<readonly DhcpEvent[], Record<never, never>>({
  id: 'dnsmasq-log',
  asks,
  parse: ([answer], { subject }): Parsed<readonly DhcpEvent[]> =>
    fromAnswer(answer, (a) => fact(guestsOwn(parseEvents(a, subject.port.mac)))),
})

/** When Oldhand itself asked as the VM, by the host's clock. Milliseconds since the epoch. */
export const askedByUs = hostProbe<readonly number[], Record<never, never>>({
  id: 'asked-by-us',
  asks,
  parse: ([answer], { subject }): Parsed<readonly number[]> =>
    fromAnswer(answer, (a) =>
      fact(
        parseEvents(a, subject.port.mac)
          .filter(isOurs)
          .map((e) => e.at),
      ),
    ),
})

/** The guest's last word on the address that it was given: whether it took it, or found it in use (RFC 2131, 4.4.1). */
export const declined = hostProbe<Declined, Record<never, never>>({
  id: 'dhcp-declined',
  asks,
  parse: ([answer], { subject }): Parsed<Declined> =>
    fromAnswer(answer, (a) => {
      const last = parseEvents(a, subject.port.mac).findLast(({ kind }) => kind === 'ACK' || kind === 'DECLINE')
      const whole = reading(a.stdout, linesOf(a.stdout).at(-1) ?? '', originOf(a))
      return fact({ whole, ...(last ? { last } : {}) })
    }),
})
export interface Declined {
  readonly last?: DhcpEvent
  readonly whole: Evidence
}

/** Oldhand's own DISCOVER. */
export const isOurs = ({ kind, source }: DhcpEvent) => kind === 'DISCOVER' && source.line.includes(` ${OWN_ADDRESS} `)

function guestsOwn(events: readonly DhcpEvent[]): readonly DhcpEvent[] {
  const isOfferToUs = (e: DhcpEvent, i: number) => {
    const before = events[i - 1]
    return e.kind === 'OFFER' && before !== undefined && isOurs(before)
  }
  return events.filter((e, i) => !isOurs(e) && !isOfferToUs(e, i))
}

/** Parses `2026-11-24T13:57:02+0000 net1 dnsmasq-dhcp[123]: DHCPACK(tap…) 10.0.0.5 fa:16:… host`. Oldest first. */
export function parseEvents(answer: Answer, mac: string): readonly DhcpEvent[] {
  return linesOf(answer.stdout).flatMap((line) => {
    const row = /^(\S+) \S+ \S+: DHCP([A-Z]+)\(([^)]+)\) (.*)$/.exec(line)
    const at = Date.parse((row?.[1] ?? '').replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
    const after = row?.[4] ?? ''
    const macAt = after.toLowerCase().indexOf(mac)
    if (!row?.[2] || !row[3] || Number.isNaN(at) || macAt < 0) return []
    const note = after.slice(macAt + mac.length).trim()
    return [
      { at, kind: row[2] as DhcpEvent['kind'], device: row[3], note, source: reading(row[2], line, originOf(answer)) },
    ]
  })
}

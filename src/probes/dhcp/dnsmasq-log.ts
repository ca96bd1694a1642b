import { type Answer, type Evidence, originOf, reading } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, type Parsed } from '../../core/probe.ts'
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

export const dnsmasqLog = hostProbe<readonly DhcpEvent[], Record<never, never>>({
  id: 'dnsmasq-log',
  asks: ({ subject, host }) =>
    hostsOf(subject, 'dhcp').includes(host)
      ? [
          {
            host,
            root: true,
            argv: ['journalctl', '-q', '--no-pager', '-o', 'short-iso', '--since=-2h', '-t', 'dnsmasq-dhcp'],
            pipe: [
              ['grep', '-aiF', subject.port.mac],
              ['tail', '-n', '60'],
            ],
          },
        ]
      : [],
  parse: ([answer], { subject }): Parsed<readonly DhcpEvent[]> =>
    fromAnswer(answer, (a) => fact(parseEvents(a, subject.port.mac))),
})

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

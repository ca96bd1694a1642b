import { type Evidence, originOf, reading } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe } from '../../core/probe.ts'
import { linesOf } from '../../core/scan.ts'

export interface LinkEvent {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly text: string
  readonly source: Evidence
}

/** What the kernel logged of links going down and up in the last day. */
export const kernelLinks = hostProbe<readonly LinkEvent[], Record<never, never>>({
  id: 'kernel-links',
  asks: ({ host }) => [
    {
      host,
      root: true,
      argv: ['journalctl', '-q', '--no-pager', '-k', '-o', 'short-iso', '--since=-24h'],
      pipe: [
        ['grep', '-aE', 'Link is (Up|Down)|link status definitely|NIC Link is|[Ll]ink (becomes ready|up|down)|carrier'],
        ['grep', '-avE', ' (tap|qvo|qvb|qbr|veth)'],
        ['tail', '-n', '20'],
      ],
    },
  ],
  parse: ([answer]) =>
    fromAnswer(answer, (a) =>
      fact(
        linesOf(a.stdout).flatMap((line) => {
          const row = /^(\S+) \S+ kernel: (.*)$/.exec(line)
          const at = Date.parse((row?.[1] ?? '').replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
          return row?.[2] && !Number.isNaN(at) ? [{ at, text: row[2], source: reading(row[2], line, originOf(a)) }] : []
        }),
      ),
    ),
})

import { type Evidence, originOf, reading } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, problem } from '../../core/probe.ts'

export interface Clock {
  /** The host's own time, milliseconds since the epoch. */
  readonly now: number
  /** Its time zone, milliseconds east of UTC: logs without a zone are in it. */
  readonly zone: number
  /** When it booted, by the same clock. */
  readonly bootedAt: number
  readonly source: Evidence
}

export const clock = hostProbe<Clock, Record<never, never>>({
  id: 'clock',
  asks: ({ host }) => [
    { host, argv: ['date', '+%s %z'] },
    { host, argv: ['cat', '/proc/uptime'] },
  ],
  parse: ([date, uptime]) =>
    fromAnswer(date, (d) =>
      fromAnswer(uptime, (u) => {
        const [, now, sign, hours, minutes] = /^(\d{9,11}) ([+-])(\d\d)(\d\d)\s*$/.exec(d.stdout) ?? []
        const up = /^(\d{1,12}(?:\.\d+)?) /.exec(u.stdout)?.[1]
        if (!now || !up) return problem('no time in the output', '输出中没有时间')
        const bootedAt = Math.round((Number(now) - Number(up)) * 1000)
        const zone = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
        return fact({ now: Number(now) * 1000, zone, bootedAt, source: reading(bootedAt, u.stdout, originOf(u)) })
      }),
    ),
})

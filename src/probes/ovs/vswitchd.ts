import { type Evidence, originOf, reading } from '../../core/answer.ts'
import { fact, hostProbe, problem } from '../../core/probe.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { linesOf } from '../../core/scan.ts'

/** Whether ovs-vswitchd answers on its control socket (ovs-appctl(8)). */
export interface Vswitchd {
  readonly alive: boolean
  readonly source: Evidence
}

export const vswitchd = hostProbe<Vswitchd, Record<never, never>>({
  id: 'vswitchd',
  asks: ({ host }) => [{ host, root: true, argv: ['ovs-appctl', '--timeout=5', 'version'], okExits: [0, 1] }],
  parse: ([answer]) =>
    fromAnswer(answer, (a) => {
      const origin = originOf(a)
      const version = linesOf(a.stdout).find((line) => /^ovs-vswitchd .*\d/.test(line))
      if (version) return fact<Vswitchd>({ alive: true, source: reading(true, version, origin) })
      // No pidfile, or nobody behind its socket. Any other complaint is not known to mean "down".
      const down = linesOf(a.stderr).find((line) =>
        /cannot (read pidfile|connect to)|No such file|Connection refused/.test(line),
      )
      if (down) return fact<Vswitchd>({ alive: false, source: reading(false, down, origin) })
      return problem(linesOf(a.stderr)[0] ?? 'ovs-appctl printed nothing')
    }),
})

import { type Evidence, originOf, reading } from '../../core/answer.ts'
import { failureLine } from '../../core/failure.ts'
import { fact, hostProbe, type Parsed, problem } from '../../core/probe.ts'
import { linesOf } from '../../core/scan.ts'
import { ovsdbAsks } from './ovsdb.ts'

/** Whether ovsdb-server answers `ovs-vsctl` (ovs-vsctl(8)). */
export interface OvsdbServer {
  /** `no socket`: its socket is not where the tools look; `refused`: nobody is behind it; `hangs`: somebody who says nothing. */
  readonly is: 'answers' | 'no socket' | 'refused' | 'hangs'
  readonly source: Evidence
}

/** The first question of `ovsdb`, read for what became of it. */
export const ovsdbServer = hostProbe<OvsdbServer, Record<never, never>>({
  id: 'ovsdb-server',
  asks: ({ host }) => ovsdbAsks(host).slice(0, 1),
  parse([answer]): Parsed<OvsdbServer> {
    if (answer === undefined) return problem('was not asked', '没有采集')
    const origin = originOf(answer)
    const [first] = linesOf(answer.stdout)
    if (!answer.failure && first !== undefined)
      return fact({ is: 'answers', source: reading('answers', first, origin) })
    for (const { is, expression } of complaints) {
      const line = linesOf(answer.stderr).find((each) => expression.test(each))
      if (line !== undefined) return fact({ is, source: reading(is, line, origin) })
    }
    const why = answer.failure ? failureLine(answer.failure) : undefined
    return why ? problem(why.en, why.zh) : problem('ovs-vsctl printed nothing', 'ovs-vsctl 没有输出')
  },
})

/** Open vSwitch 3.1, `utilities/ovs-vsctl.c` and `lib/fatal-signal.c`. */
const complaints = [
  { is: 'no socket', expression: /database connection failed \(No such file or directory\)/ },
  { is: 'refused', expression: /database connection failed \(Connection (?:refused|reset by peer)\)/ },
  { is: 'hangs', expression: /terminating with signal 14 \(Alarm clock\)/ },
] as const

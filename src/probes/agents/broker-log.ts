import { type Answer, type Evidence, originOf, reading } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, maybe, type Parsed } from '../../core/probe.ts'
import { linesOf } from '../../core/scan.ts'
import { clock } from '../host/clock.ts'
import { processes } from '../host/processes.ts'
import { silentAgents } from '../wiring/silent-agents.ts'
import type { AgentBinary } from './agent.ts'
import { agentConfigs } from './config.ts'
import { asksOfLog, momentOf } from './log.ts'

/** The newest word of an agent's log on its connection to RabbitMQ. */
export interface BrokerWord {
  readonly binary: AgentBinary
  readonly is: 'unreachable' | 'refused' | 'connected'
  /** `ctl:5672`, where the line tells. */
  readonly server?: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly source: Evidence
}

/** oslo.messaging, `_drivers/impl_rabbit.py`, and what RabbitMQ itself says (AMQP 0-9-1, reply codes). */
const words: readonly { readonly is: BrokerWord['is']; readonly pattern: string }[] = [
  { is: 'refused', pattern: 'ACCESS_REFUSED|NOT_ALLOWED - |closed the connection\\. Check login credentials' },
  {
    is: 'unreachable',
    pattern:
      'AMQP server on [^ ]+ is unreachable|Unable to connect to AMQP server on |impl_rabbit \\[.*Connection failed: ',
  },
  { is: 'connected', pattern: 'Reconnected to AMQP server on ' },
]
const pipe = [
  ['grep', '-aE', words.map(({ pattern }) => pattern).join('|')],
  ['tail', '-n', '20'],
]
const compiled = words.map(({ is, pattern }) => ({ is, expression: new RegExp(pattern) }))

/** Asked of agents that run and are not heard: whether it is RabbitMQ that they do not reach. */
export const brokerLog = hostProbe({
  id: 'broker-log',
  after: { silent: silentAgents, clock, processes, configs: maybe(agentConfigs) },
  asks: ({ host, prior }) => prior.silent.agents.flatMap(({ binary }) => asksOfLog({ host, binary, ...prior, pipe })),
  parse(answers, { prior }): Parsed<readonly BrokerWord[]> {
    const read = answers.map((answer) => fromAnswer(answer, (a) => fact(a)))
    const failed = read.find((r) => !r.ok)
    if (failed && !failed.ok && read.every((r) => !r.ok)) return failed
    return fact(
      prior.silent.agents.flatMap(({ binary, process }, i) => {
        const from = prior.clock.now - (process?.age ?? 0) * 1000
        const own = read.slice(2 * i, 2 * i + 2).flatMap((r) => (r.ok ? wordsIn(r.fact, prior.clock.zone) : []))
        const newest = own.filter(({ at }) => at >= from).toSorted((a, b) => b.at - a.at)[0]
        return newest ? [{ binary, ...newest }] : []
      }),
    )
  },
})

function wordsIn(answer: Answer, zone: number): readonly Omit<BrokerWord, 'binary'>[] {
  return linesOf(answer.stdout).flatMap((line) => {
    const at = momentOf(line, zone)
    const known = compiled.find(({ expression }) => expression.test(line))
    if (!known || at === undefined) return []
    const server = /AMQP server (?:on )?([\w.-]{1,253}:\d{1,5})/.exec(line)?.[1]
    const source = reading(known.is, line, originOf(answer))
    return [{ is: known.is, at, source, ...(server === undefined ? {} : { server }) }]
  })
}

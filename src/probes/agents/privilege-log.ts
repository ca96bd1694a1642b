import { type Evidence, originOf, reading } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, maybe, type Parsed } from '../../core/probe.ts'
import { linesOf } from '../../core/scan.ts'
import { clock } from '../host/clock.ts'
import { processes } from '../host/processes.ts'
import { idleDhcpAgent } from '../wiring/idle-dhcp-agent.ts'
import { agentProcess } from './agent.ts'
import { agentConfigs } from './config.ts'
import { asksOfLog, momentOf } from './log.ts'

/** A command as root that an agent was not allowed, or not able, to run. */
export interface Refusal {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly source: Evidence
}

/** neutron/agent/linux/utils.py; oslo.rootwrap `cmd.py` and `client.py`; oslo.privsep `daemon.py`; sudo(8). */
const PATTERN = [
  'Rootwrap error running command: ',
  'Unauthorized command: ',
  'Failed to spawn rootwrap process',
  'privsep helper command exited non-zero',
  'FailedToDropPrivileges',
  'sudo: a (password|terminal) is required',
].join('|')
const pipe = [
  ['grep', '-aE', PATTERN],
  ['tail', '-n', '20'],
]
const binary = 'neutron-dhcp-agent'

/** Asked only where the DHCP agent runs and leaves its work undone. Oldest first, of the process that runs now. */
export const privilegeLog = hostProbe({
  id: 'privilege-log',
  after: { idle: idleDhcpAgent, clock, processes, configs: maybe(agentConfigs) },
  asks: ({ host, prior }) => (prior.idle ? asksOfLog({ host, binary, ...prior, pipe }) : []),
  parse(answers, { prior }): Parsed<readonly Refusal[]> {
    const from = prior.clock.now - (agentProcess(prior.processes, binary)?.age ?? 0) * 1000
    const read = answers.map((answer) =>
      fromAnswer(answer, (a) =>
        fact(
          linesOf(a.stdout).flatMap((line) => {
            const at = momentOf(line, prior.clock.zone)
            return at === undefined || at < from ? [] : [{ at, source: reading(at, line, originOf(a)) }]
          }),
        ),
      ),
    )
    const lines = read.flatMap((r) => (r.ok ? [r.fact] : []))
    return lines.length > 0 ? fact(lines.flat()) : (read[0] as Parsed<readonly Refusal[]>)
  },
})

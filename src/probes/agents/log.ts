import { type Answer, type Ask, type Evidence, originOf, reading } from '../../core/answer.ts'
import type { CauseId } from '../../core/cause-ids.gen.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, maybe, type Parsed } from '../../core/probe.ts'
import { linesOf } from '../../core/scan.ts'
import { clock } from '../host/clock.ts'
import { processes } from '../host/processes.ts'
import { type AgentBinary, agentBinaries, agentProcess } from './agent.ts'
import { agentConfigs } from './config.ts'
import { logPatterns } from './log-patterns.ts'

export interface LogLine {
  readonly cause: CauseId
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly source: Evidence
}

/** An older line is history, not evidence. Milliseconds. */
const WINDOW = 6 * 3600 * 1000
/** Of a long log only the end can be of the last hours. Bytes. */
const TAIL = '4194304'

const directory = '/var/log/neutron'

/** Names of an agent's log: Debian's and Ubuntu's, then RDO's. */
export const usualLogs: Readonly<Record<AgentBinary, readonly string[]>> = {
  'neutron-openvswitch-agent': [`${directory}/neutron-openvswitch-agent.log`, `${directory}/openvswitch-agent.log`],
  'neutron-dhcp-agent': [`${directory}/neutron-dhcp-agent.log`, `${directory}/dhcp-agent.log`],
}

/** Lines of the agents' logs that speak for a known cause: of the last hours, and of the process that runs now. */
export const agentLog = hostProbe({
  id: 'agent-log',
  after: { clock, processes, configs: maybe(agentConfigs) },
  asks: ({ host, prior }): readonly Ask[] =>
    agentBinaries.map((binary) => {
      const config = prior.configs.ok ? prior.configs.fact[binary] : undefined
      return {
        host,
        root: true,
        argv: [
          'tail',
          '-q',
          '-c',
          TAIL,
          ...filesOf(
            binary,
            config?.ok ? (name) => config.fact.options.get(`DEFAULT/${name}`)?.value : () => undefined,
          ),
        ],
        pipe: [
          ['grep', '-aE', logPatterns.map((p) => p.pattern).join('|')],
          ['tail', '-n', '100'],
        ],
        // Exit 1: one of the usual names does not exist.
        okExits: [0, 1],
      }
    }),
  parse: (answers, { prior }): Parsed<readonly LogLine[]> => {
    const starts = agentBinaries.map((binary) => {
      const process = agentProcess(prior.processes, binary)
      return Math.max(prior.clock.now - WINDOW, process ? prior.clock.now - process.age * 1000 : 0)
    })
    const lines = answers.map((answer, i) =>
      fromAnswer(answer, (a) => fact(parseLog(a, prior.clock.zone, starts[i] ?? 0))),
    )
    const read = lines.flatMap((l) => (l.ok ? [l.fact] : []))
    return read.length > 0 ? fact(read.flat()) : (lines[0] as Parsed<readonly LogLine[]>)
  },
})

function filesOf(binary: AgentBinary, option: (name: string) => string | undefined): readonly string[] {
  const file = option('log_file')
  const folder = option('log_dir') ?? directory
  if (file) return [file.startsWith('/') ? file : `${folder}/${file}`]
  const names = usualLogs[binary].map((path) => path.replace(directory, folder))
  return [...names, `/var/log/kolla/neutron/${binary}.log`]
}

const compiled = logPatterns.map((p) => ({ cause: p.cause, expression: new RegExp(p.pattern) }))

/** Parses oslo.log lines, `2026-11-24 13:57:02.123 PID LEVEL …`, from a moment on. */
export function parseLog(answer: Answer, zone: number, from: number): readonly LogLine[] {
  return linesOf(answer.stdout).flatMap((line) => {
    const time = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d{1,6})?)/.exec(line)
    const at = Date.parse(`${time?.[1]}T${time?.[2]}Z`) - zone
    const known = compiled.find((p) => p.expression.test(line))
    if (!known || Number.isNaN(at) || at < from) return []
    return [{ cause: known.cause, at, source: reading(known.cause, line, originOf(answer)) }]
  })
}

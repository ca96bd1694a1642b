import { type Answer, type Ask, type Evidence, originOf, reading } from '../../core/answer.ts'
import type { CauseId } from '../../core/cause-ids.gen.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, maybe, type Parsed } from '../../core/probe.ts'
import { linesOf } from '../../core/scan.ts'
import { clock } from '../host/clock.ts'
import { type Processes, processes } from '../host/processes.ts'
import { type AgentBinary, agentBinaries, agentProcess } from './agent.ts'
import { type AgentConfig, type AgentConfigs, agentConfigs } from './config.ts'
import { logPatterns } from './log-patterns.ts'

export interface LogLine {
  readonly cause: CauseId
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly source: Evidence
}

/** An older line is history, not evidence. */
const HOURS = 6
/** Of a long log only the end can be of the last hours. Bytes. */
export const LOG_TAIL = '4194304'

const directory = '/var/log/neutron'

/** Names of an agent's log: Debian's and Ubuntu's, then RDO's. */
export const usualLogs: Readonly<Record<AgentBinary, readonly string[]>> = {
  'neutron-openvswitch-agent': [`${directory}/neutron-openvswitch-agent.log`, `${directory}/openvswitch-agent.log`],
  'neutron-dhcp-agent': [`${directory}/neutron-dhcp-agent.log`, `${directory}/dhcp-agent.log`],
}

const pipe = [
  ['grep', '-aE', logPatterns.map((p) => p.pattern).join('|')],
  ['tail', '-n', '100'],
]

/** Lines of the agents' logs that speak for a known cause: of the last hours, and of the process that runs now. */
export const agentLog = hostProbe({
  id: 'agent-log',
  after: { clock, processes, configs: maybe(agentConfigs) },
  asks: ({ host, prior }): readonly Ask[] =>
    agentBinaries.flatMap((binary) => asksOfLog({ host, binary, ...prior, pipe })),
  parse: (answers, { prior }): Parsed<readonly LogLine[]> => {
    const starts = agentBinaries.map((binary) => {
      const process = agentProcess(prior.processes, binary)
      return Math.max(prior.clock.now - HOURS * 3600 * 1000, process ? prior.clock.now - process.age * 1000 : 0)
    })
    const lines = answers.map((answer, i) =>
      fromAnswer(answer, (a) => fact(parseLog(a, prior.clock.zone, starts[Math.floor(i / 2)] ?? 0))),
    )
    const read = lines.flatMap((l) => (l.ok ? [l.fact] : []))
    return read.length > 0 ? fact(read.flat()) : (lines[0] as Parsed<readonly LogLine[]>)
  },
})

interface LogQuestion {
  readonly host: string
  readonly binary: AgentBinary
  readonly processes: Processes
  readonly configs: Parsed<AgentConfigs>
  /** What is kept of it. */
  readonly pipe: readonly (readonly string[])[]
}

/** An agent's log, from its file and from the journal: two questions. */
export function asksOfLog({ host, binary, processes: list, configs, pipe: filters }: LogQuestion): readonly Ask[] {
  const config = configs.ok ? configs.fact[binary] : undefined
  const { files } = logPlace(binary, agentProcess(list, binary)?.args, config?.ok ? config.fact : undefined)
  const journal = ['journalctl', '-q', '--no-pager', '-o', 'short-iso', `--since=-${HOURS}h`, '-t', binary]
  return [
    // Exit 1: one of the usual names does not exist.
    { host, root: true, argv: ['tail', '-q', '-c', LOG_TAIL, ...files], pipe: filters, okExits: [0, 1] },
    { host, root: true, argv: journal, pipe: filters },
  ]
}

/** Where an agent logs, and what told it. */
export interface LogPlace {
  readonly files: readonly string[]
  readonly from: 'command line' | 'configuration' | 'usual places'
}

/** The command line wins over the configuration (oslo.log, `log_file` and `log_dir`), and that over the usual names. */
export function logPlace(binary: AgentBinary, args: string | undefined, config: AgentConfig | undefined): LogPlace {
  // Of an agent that gives itself a title, the command line stands in brackets.
  const typed = (name: string) => new RegExp(` --${name}[= ]([^\\s)]+)`).exec(args ?? '')?.[1]
  const option = (name: string) => config?.options.get(`DEFAULT/${name}`)?.value
  const folder = typed('log-dir') ?? option('log_dir')
  const file = typed('log-file') ?? option('log_file')
  const from =
    typed('log-file') || typed('log-dir') ? 'command line' : file || folder ? 'configuration' : 'usual places'
  if (file) return { files: [file.startsWith('/') ? file : `${folder ?? directory}/${file}`], from }
  const names = usualLogs[binary].map((path) => path.replace(directory, folder ?? directory))
  return { files: [...names, `/var/log/kolla/neutron/${binary}.log`], from }
}

const compiled = logPatterns.map((p) => ({ cause: p.cause, expression: new RegExp(p.pattern) }))

/** Parses lines of an agent's log from a moment on. */
export function parseLog(answer: Answer, zone: number, from: number): readonly LogLine[] {
  return linesOf(answer.stdout).flatMap((line) => {
    const at = momentOf(line, zone)
    const known = compiled.find((p) => p.expression.test(line))
    if (!known || at === undefined || at < from) return []
    return [{ cause: known.cause, at, source: reading(known.cause, line, originOf(answer)) }]
  })
}

/**
 * When a line was written: of oslo.log, `2026-11-24 13:57:02.123 PID LEVEL …`, in the host's `zone`, and of the journal,
 * `2026-11-24T13:57:02+0800 …`. Milliseconds since the epoch.
 */
export function momentOf(line: string, zone: number): number | undefined {
  const [, day, time, offset] = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d{1,6})?)([+-]\d\d:?\d\d)?/.exec(line) ?? []
  const at = Date.parse(`${day}T${time}${offset ?? 'Z'}`) - (offset === undefined ? zone : 0)
  return Number.isNaN(at) ? undefined : at
}

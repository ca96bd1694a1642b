import { type Answer, type Ask, type Origin, originOf, type Reading, reading } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, type Parsed, problem } from '../../core/probe.ts'
import { linesOf } from '../../core/scan.ts'
import { processes } from '../host/processes.ts'
import { type AgentBinary, agentBinaries, agentProcess, configPaths, usualConfig } from './agent.ts'

/** The effective configuration of one agent, as far as it matters here: the last value of each option wins. */
export interface AgentConfig {
  /** `section/option` → value. */
  readonly options: ReadonlyMap<string, Reading<string>>
  readonly files: readonly string[]
  /** True where the running process named the files; false where they are only the usual places. */
  readonly fromProcess: boolean
}
export type AgentConfigs = Readonly<Record<AgentBinary, Parsed<AgentConfig>>>

/** Only these leave the host: a configuration file is full of secrets that a diagnosis has no use for. */
const options = [
  'bridge_mappings',
  'integration_bridge',
  'tunnel_bridge',
  'ovs_integration_bridge',
  'local_ip',
  'tunnel_types',
  'firewall_driver',
  'datapath_type',
  'of_interface',
  'l2_population',
  'enable_distributed_routing',
  'state_path',
  'dhcp_confs',
  'log_file',
  'log_dir',
  'use_journal',
  'use_syslog',
  'debug',
  'host',
  'interface_driver',
  'dhcp_driver',
  'dnsmasq_config_file',
  'enable_isolated_metadata',
  'drop_flows_on_start',
  'report_interval',
  'explicitly_egress_direct',
  'int_peer_patch_port',
  'tun_peer_patch_port',
]
const wanted = `^[[:space:]]*(\\[|(${options.join('|')})[[:space:]]*[=:])`

export const agentConfigs = hostProbe({
  id: 'agent-config',
  after: { processes },
  asks: ({ host, prior }) =>
    agentBinaries.map((binary): Ask => {
      const { paths } = sourcesOf(agentProcess(prior.processes, binary)?.args, binary)
      return {
        host,
        root: true,
        argv: ['grep', '-sraHE', '--include=*.conf', '--include=*.ini', wanted, ...paths],
        okExits: [0, 1, 2],
      }
    }),
  parse: (answers, { prior }): Parsed<AgentConfigs> => {
    const parsed = agentBinaries.map((binary, i) => [binary, parseAgent(answers[i], prior.processes, binary)] as const)
    return fact(Object.fromEntries(parsed) as unknown as AgentConfigs)
  },
})

function sourcesOf(args: string | undefined, binary: AgentBinary) {
  const named = args === undefined ? [] : configPaths(args)
  return named.length > 0 ? { paths: named, fromProcess: true } : { paths: usualConfig[binary], fromProcess: false }
}

function parseAgent(
  answer: Answer | undefined,
  list: Parameters<typeof agentProcess>[0],
  binary: AgentBinary,
): Parsed<AgentConfig> {
  const { paths, fromProcess } = sourcesOf(agentProcess(list, binary)?.args, binary)
  return fromAnswer(answer, (a) => {
    const read = parseConfig(a.stdout, paths, originOf(a))
    if (read.files.length === 0)
      return problem(
        `nothing of ${binary}'s configuration could be read (${paths.join(', ')})`,
        `读不到 ${binary} 的配置（${paths.join('、')}）`,
      )
    return fact({ ...read, fromProcess })
  })
}

/** Parses `grep -H` of oslo.config files: `path:line`. Files count in the order in which the process names them. */
export function parseConfig(text: string, order: readonly string[], origin: Origin) {
  const byFile = new Map<string, string[]>()
  for (const line of linesOf(text)) {
    const at = /^(\/[^:]*):(.*)$/.exec(line)
    if (at?.[1]) byFile.set(at[1], [...(byFile.get(at[1]) ?? []), line])
  }
  const files = [...byFile.keys()].sort((a, b) => rankOf(a, order) - rankOf(b, order) || (a < b ? -1 : 1))
  const found = new Map<string, Reading<string>>()
  for (const file of files)
    readFile(byFile.get(file) ?? [], file, (key, value, line) => found.set(key, reading(value, line, origin)))
  return { options: found, files }
}

const rankOf = (file: string, order: readonly string[]) => {
  const at = order.findIndex((path) => file === path || file.startsWith(path.endsWith('/') ? path : `${path}/`))
  return at < 0 ? order.length : at
}

function readFile(
  lines: readonly string[],
  file: string,
  set: (key: string, value: string, line: string) => void,
): void {
  let section = 'DEFAULT'
  for (const line of lines) {
    const content = line.slice(file.length + 1).trim()
    const header = /^\[([^\]]+)\]/.exec(content)?.[1]
    const option = /^(\w+)\s*[=:]\s*(.*)$/.exec(content)
    if (header) section = header
    else if (option?.[1]) set(`${section}/${option[1]}`, unquoted(option[2] ?? ''), line)
  }
}

// oslo.config strips one pair of quotes around a whole value.
const unquoted = (value: string) => /^(["'])(.*)\1$/.exec(value)?.[2] ?? value

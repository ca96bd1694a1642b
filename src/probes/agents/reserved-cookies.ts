import { type Answer, type Evidence, originOf, reading } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, maybe, type Parsed, problem } from '../../core/probe.ts'
import { linesOf } from '../../core/scan.ts'
import { processes } from '../host/processes.ts'
import { agentProcess } from './agent.ts'
import { agentConfigs } from './config.ts'
import { LOG_TAIL, logPlace } from './log.ts'

/** Cookies that the agent and its extensions mark their flows with, as it logs them when it cleans up. */
export interface ReservedCookies {
  readonly bridge: string
  /** Hexadecimal, as `ovs-ofctl` prints them. */
  readonly cookies: ReadonlySet<string>
  readonly source: Evidence
}

const binary = 'neutron-openvswitch-agent'

/** Of each bridge the newest line. */
export const reservedCookies = hostProbe({
  id: 'reserved-cookies',
  after: { processes, configs: maybe(agentConfigs) },
  asks: ({ host, prior }) => {
    const config = prior.configs.ok ? prior.configs.fact[binary] : undefined
    const args = agentProcess(prior.processes, binary)?.args
    const { files } = logPlace(binary, args, config?.ok ? config.fact : undefined)
    const pipe = [
      ['grep', '-aF', 'Reserved cookies for '],
      ['tail', '-n', '20'],
    ]
    return [{ host, root: true, argv: ['tail', '-q', '-c', LOG_TAIL, ...files], pipe, okExits: [0, 1] }]
  },
  parse: ([answer]): Parsed<readonly ReservedCookies[]> => fromAnswer(answer, parseReserved),
})

/** Parses `… Reserved cookies for br-int: {123, 456}` (native/ofswitch.py): decimal. */
export function parseReserved(answer: Answer): Parsed<readonly ReservedCookies[]> {
  const found = new Map<string, ReservedCookies>()
  for (const line of linesOf(answer.stdout)) {
    const [, bridge, list] = /Reserved cookies for ([^ ]{1,64}): \{([\d, ]{0,2000})\}/.exec(line) ?? []
    if (bridge === undefined || list === undefined) continue
    const cookies = new Set(list.split(',').flatMap((word) => hexOf(word.trim())))
    found.set(bridge, { bridge, cookies, source: reading(bridge, line, originOf(answer)) })
  }
  return found.size > 0
    ? fact([...found.values()])
    : problem('the log does not tell the reserved cookies', '日志中没有保留 cookie 的记录')
}

// 64 bits are more than a number can hold.
const hexOf = (word: string) => (/^\d{1,20}$/.test(word) ? [`0x${BigInt(word).toString(16)}`] : [])

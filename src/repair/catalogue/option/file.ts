import { API } from '../../../core/answer.ts'
import { say } from '../../../core/lang.ts'
import { physicalNetworksPath } from '../../../core/paths.ts'
import { fact, type Parsed, problem } from '../../../core/probe.ts'
import { isRecord } from '../../../core/scan.ts'
import { membersOf } from '../api/reply.ts'
import type { Look, Operation } from '../operation.ts'

/** As regular expressions: a configuration file of Neutron, and `physical network:bridge`. */
export const FILE = '/etc/neutron/([A-Za-z0-9_-]+/)*[A-Za-z0-9_-]+\\.(ini|conf)'
export const MAPPING = '[A-Za-z0-9_][A-Za-z0-9_.-]*:[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}'
/** All that is read of a file: sections, and the one option. The rest may be secret. */
export const SHOWN = '^(\\[|bridge_mappings[[:space:]]*[=:])'

/** `bridge_mappings` of `[ovs]` as a file has it. */
export interface Mappings {
  /** Of the option; where there is none, of its section. */
  readonly number: number
  readonly line: string
  readonly sha256: string
  /** `physical network:bridge` */
  readonly entries: readonly string[]
  /** Physical networks among them that no network of the cloud has. */
  readonly unused: readonly string[]
}

/** Reads it, and what the cloud has of its physical networks, in a text for the journal: without anything else of the file. */
export const reading = (file: string): Pick<Operation, 'touches' | 'looks' | 'state'> => ({
  touches: say(`bridge_mappings in [ovs] of ${file}`, `${file} 的 [ovs] bridge_mappings`),
  looks: looksAt(file),
  state: ([lines = '', sum = '', networks = '']) => {
    const [sha256 = ''] = sum.split(' ')
    const at = lineOf(lines)
    if (!at) return problem(`${file} has no section [ovs]`, `${file} 中没有 [ovs] 段`)
    const entries = entriesOf(at.line)
    if (!entries || !/^[0-9a-f]{64}$/.test(sha256)) return notUnderstood(at.line)
    const used = physicalNetworksOf(networks)
    if (!used.ok) return used
    const unused = entries.map(physicalNetworkOf).filter((name) => !used.fact.has(name))
    const beside = unused.length === 0 ? '' : `; no network has ${unused.join(',')}`
    return fact(`line ${at.number}: ${at.line}; sha256 ${sha256}${beside}`)
  },
})

export function mappingsIn(state: string): Mappings {
  const [, number, line = '', sha256 = '', unused] = STATE.exec(state) ?? []
  return { number: Number(number), line, sha256, entries: entriesOf(line) ?? [], unused: unused?.split(',') ?? [] }
}
const STATE = /^line (\d+): (.*); sha256 ([0-9a-f]{64})(?:; no network has (.*))?$/

const looksAt = (file: string): readonly Look[] => [
  { root: true, argv: ['grep', '-nE', SHOWN, file], okExits: [0, 1] },
  { root: true, argv: ['sha256sum', file] },
  { host: API, argv: ['GET', 'network', physicalNetworksPath()] },
]

/** The option where it counts (the last one), or else the head of its section. */
function lineOf(text: string): Pick<Mappings, 'number' | 'line'> | undefined {
  let isOvs = false
  let found: Pick<Mappings, 'number' | 'line'> | undefined
  for (const shown of text.split('\n')) {
    const [, number, line = ''] = /^(\d+):(.*)$/.exec(shown) ?? []
    const isHead = line.startsWith('[')
    if (isHead) isOvs = line.startsWith('[ovs]')
    if (number === undefined || !isOvs || (isHead && found)) continue
    found = { number: Number(number), line }
  }
  return found
}

function entriesOf(line: string): readonly string[] | undefined {
  if (line.startsWith('[')) return []
  const entries = line
    .replace(/^[^=:]*[=:]/, '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
  return entries.every((entry) => new RegExp(`^${MAPPING}$`).test(entry)) ? entries : undefined
}

/** Those that networks of the cloud have, in one segment or in several. */
function physicalNetworksOf(text: string): Parsed<ReadonlySet<string>> {
  const networks = membersOf(text, 'networks') ?? []
  const segments = networks.flatMap(({ segments: some, ...own }) => [own, ...(Array.isArray(some) ? some : [])])
  const names = segments.filter(isRecord).map((segment) => segment['provider:physical_network'])
  // To others than administrators the field is not shown at all: that is not "unused".
  if (!names.some((name) => typeof name === 'string')) return unseen
  return fact(new Set(names.filter((name) => typeof name === 'string')))
}

export const physicalNetworkOf = (entry: string) => entry.slice(0, entry.indexOf(':'))
export const bridgeOf = (entry: string) => entry.slice(entry.indexOf(':') + 1)

const notUnderstood = (line: string) => problem(`not understood: ${line.slice(0, 80)}`, `看不懂：${line.slice(0, 80)}`)
const unseen = problem(
  'the API shows no physical networks (only to administrators)',
  'API 没有返回物理网络（仅管理员可见）',
)

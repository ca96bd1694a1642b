import { type Origin, type Reading, reading } from '../core/answer.ts'
import { linesOf, pairsOf, splitTop } from '../core/scan.ts'
import { type Action, compile } from './actions/parse.ts'
import { type Conjunction, Table } from './classifier.ts'
import { hashWith, keyAt, NO_HASH, STATISTICS } from './keys.ts'
import { MatchBuilder, numberAt } from './match.ts'
import type { PortNumbers } from './ports.ts'

/** What `ovs-ofctl dump-flows` printed, and what its flows share. */
class Dump {
  readonly text: string
  readonly origin: Origin
  readonly ports: PortNumbers
  private readonly programs = new Map<string, readonly Action[]>()

  constructor(text: string, origin: Origin, ports: PortNumbers) {
    this.text = text
    this.origin = origin
    this.ports = ports
  }

  /** Most of a dump's actions are the same few: each is compiled once. */
  program(actions: string): readonly Action[] {
    const known = this.programs.get(actions)
    if (known) return known
    const made = compile(actions, this.ports)
    this.programs.set(actions, made)
    return made
  }
}

/** One flow as `ovs-ofctl dump-flows` prints it (ovs-ofctl(8), ovs-fields(7), ovs-actions(7)). */
export class Flow {
  readonly table: number
  readonly priority: number
  /** Words of the match that ask for something we do not know: whether a packet matches cannot be told. */
  readonly unknown: readonly string[]
  readonly isConjunctive: boolean
  private readonly dump: Dump
  private readonly start: number
  private readonly actionsAt: number
  private readonly end: number
  private compiled: readonly Action[] | undefined

  constructor(dump: Dump, line: LineParts) {
    this.dump = dump
    this.table = line.table
    this.priority = line.priority
    this.unknown = line.unknown
    this.start = line.start
    this.actionsAt = line.actionsAt
    this.end = line.end
    this.compiled = undefined
    this.isConjunctive = dump.text.startsWith('conjunction(', line.actionsAt)
  }

  /** As printed. */
  get text(): string {
    return this.dump.text.slice(this.start, this.end).trim()
  }

  get source(): Reading<string> {
    return reading(this.text, this.text, this.dump.origin)
  }

  /** Hexadecimal, as printed. */
  get cookie(): string {
    return this.statistic('cookie') ?? '0x0'
  }

  /** Seconds since it was added; `undefined` with `--no-stats`. */
  get duration(): number | undefined {
    const text = this.statistic('duration') ?? ''
    return /^[\d.]{1,20}s$/.test(text) ? Number.parseFloat(text) : undefined
  }

  get packets(): number | undefined {
    return this.number('n_packets')
  }

  /** Seconds since it was last written: a learned flow is written again by each packet. OpenFlow 1.0 dumps only. */
  get written(): number | undefined {
    return this.number('hard_age')
  }

  /** Seconds since a packet matched. OpenFlow 1.0 dumps only. */
  get idle(): number | undefined {
    return this.number('idle_age')
  }

  /** The match as printed: field or protocol → value, '' for a protocol. */
  get match(): ReadonlyMap<string, string> {
    return new Map(this.words.filter(([key]) => !NOT_MATCH.has(key)))
  }

  /** Top-level actions in order, as printed. */
  get actions(): readonly string[] {
    return splitTop(this.actionText, ',').map((action) => action.trim())
  }

  get program(): readonly Action[] {
    this.compiled ??= this.dump.program(this.actionText)
    return this.compiled
  }

  get conjunctions(): readonly Conjunction[] {
    return this.program.flatMap((action) => (action.kind === 'conjunction' ? [action.clause] : []))
  }

  private get actionText(): string {
    return this.dump.text.slice(this.actionsAt, this.end).trim()
  }

  private get words() {
    const head = this.dump.text.slice(this.start, this.actionsAt).replace(/actions=$/, '')
    return pairsOf(head.replaceAll(', ', ',').trim().replace(/\s+/g, ','))
  }

  private statistic(name: string): string | undefined {
    return this.words.find(([key]) => key === name)?.[1]
  }

  private number(name: string): number | undefined {
    const text = this.statistic(name)
    return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
  }
}

const NOT_MATCH = new Set([...STATISTICS, 'table', 'priority'])

export interface FlowTable {
  readonly flows: readonly Flow[]
  /** The OpenFlow tables by number, ready for lookups. */
  readonly tables: ReadonlyMap<number, Table>
  /** Lines that are neither a flow nor a header: kept and counted, never guessed at. */
  readonly unrecognised: readonly string[]
  /** The first line of the dump: cited where the point is that a flow is not in it. */
  readonly whole: Reading<string>
}

const DEFAULT_PRIORITY = 32768

interface LineParts {
  readonly table: number
  readonly priority: number
  readonly unknown: readonly string[]
  readonly start: number
  readonly actionsAt: number
  readonly end: number
}

/** Parses what `ovs-ofctl dump-flows` prints, in any OpenFlow version, with or without statistics and port names. */
export function parseFlows(text: string, origin: Origin, ports: PortNumbers = new Map()): FlowTable {
  const dump = new Dump(text, origin, ports)
  const flows: Flow[] = []
  const tables = new Map<number, Table>()
  const unrecognised: string[] = []
  const match = new MatchBuilder(ports)
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    const line = parseLine(text, start, end, match)
    if (line) {
      const flow = new Flow(dump, line)
      flows.push(flow)
      let table = tables.get(flow.table)
      if (!table) tables.set(flow.table, (table = new Table()))
      table.add(flow, match)
    } else if (!isHeader(text, start, end)) unrecognised.push(text.slice(start, end))
    start = end + 1
  }
  const first = linesOf(text.slice(0, 4096))[0] ?? ''
  return { flows, tables, unrecognised, whole: reading(first, first, origin) }
}

/** One flow, as a person types it or as a dump prints it. */
export const parseFlow = (line: string, origin: Origin): Flow | undefined => parseFlows(line, origin).flows[0]

// Long dumps repeat the header inside.
const isHeader = (text: string, start: number, end: number) =>
  /^\s*((NXST|OFPST)_FLOW reply.*)?\s*$/.test(text.slice(start, end))

const RETURN = 13
const SPACE = 32
const COMMA = 44
const EQUALS = 61
const QUOTE = 34

function parseLine(text: string, start: number, end: number, match: MatchBuilder): LineParts | undefined {
  match.clear()
  let [table, priority] = [0, DEFAULT_PRIORITY]
  let unknown: string[] | undefined
  for (let i = start; i < end; ) {
    let code = text.charCodeAt(i)
    if (code === SPACE || code === COMMA || code === RETURN) {
      i++
      continue
    }
    const word = i
    let hash = NO_HASH
    for (; i < end && code !== EQUALS && code !== SPACE && code !== COMMA; code = text.charCodeAt(++i))
      hash = hashWith(hash, code)
    const key = keyAt(text, word, i, hash)
    const equals = i < end && code === EQUALS ? i : -1
    if (key?.kind === 'actions' && equals >= 0) {
      match.sort()
      return { table, priority, unknown: unknown ?? NONE, start, actionsAt: equals + 1, end }
    }
    if (equals >= 0) i = endOfValue(text, equals + 1, end)
    if (key?.kind === 'statistic') continue
    if (key?.kind === 'table' || key?.kind === 'priority') {
      const number = numberAt(text, equals + 1, i)
      if (number < 0) return undefined
      if (key.kind === 'table') table = number
      else priority = number
    } else if (!key || !match.add(key, text, equals < 0 ? i : equals + 1, i)) {
      // A header is not a flow with strange fields: those have no `actions=`.
      unknown ??= []
      unknown.push(text.slice(word, i))
    }
  }
  return undefined
}

const NONE: readonly string[] = []

function endOfValue(text: string, start: number, end: number): number {
  let i = start
  for (; i < end; i++) {
    const code = text.charCodeAt(i)
    if (code === SPACE || code === COMMA) break
    if (code === QUOTE) i = closingQuote(text, i, end)
  }
  return i
}

const closingQuote = (text: string, from: number, end: number): number => {
  const close = text.indexOf('"', from + 1)
  return close < 0 || close > end ? from : close
}

import { type Origin, type Reading, reading } from '../core/answer.ts'
import { integer, linesOf, pairsOf, splitTop } from '../core/scan.ts'

/** One flow as `ovs-ofctl dump-flows` prints it (ovs-ofctl(8), ovs-fields(7), ovs-actions(7)). */
export interface Flow {
  readonly table: number
  readonly priority: number
  /** Hexadecimal, as printed. */
  readonly cookie: string
  /** Seconds since it was added; `undefined` with `--no-stats`. */
  readonly duration?: number
  readonly packets?: number
  /** Seconds since it was last written: a learned flow is written again by each packet. OpenFlow 1.0 dumps only. */
  readonly written?: number
  /** Seconds since a packet matched. OpenFlow 1.0 dumps only. */
  readonly idle?: number
  readonly match: ReadonlyMap<string, string>
  /** Top-level actions in order, as printed. */
  readonly actions: readonly string[]
  readonly source: Reading<string>
}

export interface FlowTable {
  readonly flows: readonly Flow[]
  /** Lines that are neither a flow nor a header: kept and counted, never guessed at. */
  readonly unrecognised: readonly string[]
  /** The first line of the dump: cited where the point is that a flow is not in it. */
  readonly whole: Reading<string>
}

const DEFAULT_PRIORITY = 32768

export function parseFlows(text: string, origin: Origin): FlowTable {
  const flows: Flow[] = []
  const unrecognised: string[] = []
  for (const line of linesOf(text)) {
    if (isHeader(line)) continue
    const flow = parseFlow(line, origin)
    if (flow) flows.push(flow)
    else unrecognised.push(line)
  }
  const first = linesOf(text)[0] ?? ''
  return { flows, unrecognised, whole: reading(first, first, origin) }
}

// Long dumps repeat the header inside.
const isHeader = (line: string) => /^\s*(NXST_FLOW|OFPST_FLOW) reply/.test(line)

const STATISTICS = new Set(['cookie', 'duration', 'table', 'n_packets', 'n_bytes', 'idle_age', 'hard_age', 'priority'])

export function parseFlow(line: string, origin: Origin): Flow | undefined {
  const at = line.search(/(^|[\s,])actions=/)
  if (at < 0) return undefined
  const actions = line.slice(line.indexOf('actions=', at) + 'actions='.length)
  const words = pairsOf(line.slice(0, at).replaceAll(', ', ',').trim().replace(/\s+/g, ','))
  const all = new Map(words)
  const number = (key: string) => integer(all.get(key))
  const seconds = /^[\d.]{1,20}s$/.test(all.get('duration') ?? '')
    ? Number.parseFloat(all.get('duration') ?? '')
    : undefined
  return {
    // ovs-ofctl leaves out table 0 in `--no-stats` dumps, and the default priority everywhere.
    table: number('table') ?? 0,
    priority: number('priority') ?? DEFAULT_PRIORITY,
    cookie: all.get('cookie') ?? '0x0',
    ...(seconds === undefined ? {} : { duration: seconds }),
    ...given('packets', number('n_packets')),
    ...given('written', number('hard_age')),
    ...given('idle', number('idle_age')),
    match: new Map(words.filter(([key]) => !STATISTICS.has(key))),
    actions: splitTop(actions.trim(), ',').map((action) => action.trim()),
    source: reading(line.trim(), line.trim(), origin),
  }
}

const given = <K extends string>(key: K, value: number | undefined) =>
  (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: number }

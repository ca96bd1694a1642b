import { interpret, type Output, type Section } from './datapath.ts'
import type { DatapathPort } from './datapath-ports.ts'
import { parsePacket } from './packet.ts'

/** What `ofproto/trace` said, in a form that another tracer's result can be compared with. */
export interface RealTrace {
  /** In the order of the print: recirculated parts after all that came before them. */
  readonly matched: readonly Visit[]
  /** In the order in which the datapath sends: a recirculated part where its `recirc` stands. */
  readonly outputs: readonly Output[]
  /** `ct(...)`, `meter(...)` and others in order. */
  readonly effects: readonly string[]
  /** Lines with `>>` and `>>>>`, and what is said of a failed translation or the slow path. */
  readonly notes: readonly string[]
  /** Lines with `->`. */
  readonly details: readonly string[]
  /** Datapath actions that were not understood: never to be compared silently. */
  readonly unknown: readonly string[]
  /** All of the print, for a human who has to find the difference. */
  readonly final: string
}

export type Visit = {
  readonly bridge: string
  readonly table: number
} & ({ readonly priority: number } | { readonly miss: true })

export function parseRealTrace(text: string, ports: readonly DatapathPort[]): RealTrace {
  const parts = text.split(/^=+\nrecirc\((0x[0-9a-f]+)\)[^]*?\n=+\n/m)
  const bodies = parts.filter((_, i) => i % 2 === 0)
  const ids = ['0', ...parts.filter((_, i) => i % 2 === 1)]
  const sections = bodies.map((body, i): Section => sectionOf(ids[i] ?? '', body))
  const [first, ...rest] = sections
  if (!first) throw new Error(`no trace: ${text}`)
  const lines = text.split('\n').map((line) => line.trim())
  return {
    matched: visitsOf(bodies),
    ...interpret(first, rest, ports),
    notes: lines.filter((line) => /^>>|^Translation failed|^This flow is handled|^\s*- Uses action/.test(line)),
    details: lines.filter((line) => line.startsWith('-> ')),
    final: text,
  }
}

function sectionOf(id: string, body: string): Section {
  const line = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(body)?.[1]
  const flow = line('Flow')
  if (flow === undefined) throw new Error(`not a trace: ${body}`)
  const failed = /^Translation failed/m.test(body)
  return { id, packet: parsePacket(flow), actions: failed ? 'drop' : (line('Datapath actions') ?? 'drop') }
}

/** A recirculated part is headed by the bridge that the trace began with, not by the one that it goes on in. */
function visitsOf(bodies: readonly string[]): Visit[] {
  const resumed: string[] = []
  return bodies.flatMap((body, i) => visitsOfOne(body, i === 0 ? undefined : resumed.shift(), resumed))
}

interface Level {
  readonly indent: number
  readonly bridge: string
}

/**
 * Indentation tells what is inside a bridge, but the last child of anything is not indented further: a table stands
 * below its bridge's header or right of it, an action always right of it.
 */
function visitsOfOne(body: string, resumedIn: string | undefined, resumed: string[]): Visit[] {
  const visits: Visit[] = []
  let levels: Level[] = []
  let began = false
  for (const line of body.split('\n').filter((text) => /[^ -]/.test(text))) {
    const indent = line.search(/\S/) & ~3
    const header = /^ *bridge\("(.*)"\)$/.exec(line)?.[1]
    const left = TABLE.test(line) ? indent : indent - 1
    levels = levels.filter((level) => level.indent <= left)
    if (header !== undefined) {
      levels.push({ indent, bridge: began ? header : (resumedIn ?? header) })
      began = true
    }
    const bridge = levels.at(-1)?.bridge ?? ''
    // The order of these lines is the order of the recirculated parts.
    if (line.includes('-> A clone of the packet is forked to recirculate.')) resumed.push(bridge)
    const visit = visitOf(line, bridge)
    if (visit) visits.push(visit)
  }
  return visits
}

/** `--. Executing action set:` stands where a table would. */
const TABLE = /^ *(?:\d+|--)\. /
// Beyond the first bridge the internal rule of a miss is printed as it stands in the internal table.
const MISS = /^ *(\d+)\. (?:No match|reg0=0x[123], priority 0$|Packets are IP fragments)/
const HIT = /^ *(\d+)\. (?:.*, |.* )?priority (\d+)(?:, cookie 0x[0-9a-f]+)?$/

function visitOf(line: string, bridge: string): Visit | undefined {
  const miss = MISS.exec(line)
  if (miss) return { bridge, table: Number(miss[1]), miss: true }
  const hit = HIT.exec(line)
  return hit ? { bridge, table: Number(hit[1]), priority: Number(hit[2]) } : undefined
}

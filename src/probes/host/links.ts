import { type Answer, type Evidence, originOf, reading } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, type Parsed, problem } from '../../core/probe.ts'
import { linesOf } from '../../core/scan.ts'

/** A network device as `ip -o link` shows it (ip-link(8)). */
export interface Link {
  readonly name: string
  /** `UP`, `LOWER_UP`, `NO-CARRIER`, … */
  readonly flags: ReadonlySet<string>
  readonly mtu?: number
  readonly mac?: string
  readonly master?: string
  readonly source: Evidence
}
export interface Links {
  readonly byName: ReadonlyMap<string, Link>
  readonly whole: Evidence
}

export const links = hostProbe<Links, Record<never, never>>({
  id: 'links',
  asks: ({ host }) => [{ host, argv: ['ip', '-o', 'link', 'show'], maxBytes: 4 << 20 }],
  parse: ([answer]) => fromAnswer(answer, parseLinks),
})

export function parseLinks(answer: Answer): Parsed<Links> {
  const origin = originOf(answer)
  const lines = linesOf(answer.stdout)
  const found = lines.flatMap((line) => parseLink(line, reading(line, line, origin)) ?? [])
  if (found.length === 0) return problem('no link in the output', '输出中没有网络设备')
  return fact({
    byName: new Map(found.map((link) => [link.name, link])),
    whole: reading(lines.length, lines[0] ?? '', origin),
  })
}

function parseLink(line: string, source: Evidence): Link | undefined {
  const head = /^\d+: ([^\s@:]+)(?:@\S+)?: <([^>]*)> (.*)$/.exec(line)
  if (!head) return undefined
  const [, name = '', flags = '', rest = ''] = head
  const mtu = /\bmtu (\d+)/.exec(rest)?.[1]
  const mac = /link\/ether ([0-9a-f:]{17})/.exec(rest)?.[1]
  const master = /\bmaster (\S+)/.exec(rest)?.[1]
  return {
    name,
    flags: new Set(flags.split(',')),
    ...(mtu ? { mtu: Number(mtu) } : {}),
    ...(mac ? { mac } : {}),
    ...(master ? { master } : {}),
    source,
  }
}

export const isAdminUp = (link: Link): boolean => link.flags.has('UP')
export const hasCarrier = (link: Link): boolean => link.flags.has('LOWER_UP') && !link.flags.has('NO-CARRIER')

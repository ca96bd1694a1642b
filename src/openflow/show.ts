import { type Origin, type Reading, reading } from '../core/answer.ts'
import { linesOf } from '../core/scan.ts'

/** A port as OpenFlow shows it. */
export interface OfPort {
  /** Number, or `LOCAL`. */
  readonly ofport: string
  readonly name: string
  readonly config: string
  readonly state: string
  readonly source: Reading<string>
}

/** Parses `ovs-ofctl show`: ` 1(bond2): addr:…` with `config:` and `state:` lines below. */
export function parseShow(text: string, origin: Origin): readonly OfPort[] {
  const ports: OfPort[] = []
  for (const line of linesOf(text)) {
    const head = /^ ?(\w+)\(([^)]*)\): addr:/.exec(line)
    const detail = /^\s+(config|state):\s*(.*)$/.exec(line)
    const last = ports.at(-1)
    if (head)
      ports.push({
        ofport: head[1] ?? '',
        name: unquoted(head[2] ?? ''),
        config: '',
        state: '',
        source: reading(line, line, origin),
      })
    else if (detail && last) ports[ports.length - 1] = { ...last, [detail[1] ?? '']: detail[2] ?? '' }
  }
  return ports
}
// Newer releases quote names that are not plain words.
const unquoted = (name: string) => name.replace(/^"(.*)"$/, '$1')

/** How the bridge matches fragments, from the last line of `ovs-ofctl show`. */
export function parseFragments(text: string): 'normal' | 'drop' | 'nx-match' {
  const frags = /frags=([\w-]+)/.exec(text)?.[1]
  return frags === 'drop' || frags === 'nx-match' ? frags : 'normal'
}

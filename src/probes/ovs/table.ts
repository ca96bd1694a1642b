import { type Answer, type Origin, originOf, type Reading, reading } from '../../core/answer.ts'
import { type Parsed, fact, problem } from '../../core/probe.ts'
import { isRecord, json } from '../../core/scan.ts'

/** An OVSDB atom, set or map (RFC 7047, 5.1), as plain values. */
export type Value = string | number | boolean | readonly Value[] | ReadonlyMap<string, Value>

/** One row of `ovs-vsctl --format=json list TABLE`. Its source is the row as it stands in the output. */
export interface Row {
  readonly cells: ReadonlyMap<string, Value>
  readonly source: Reading<string>
}

/** Decodes the table that `ovs-vsctl --format=json` prints: `{"headings": […], "data": [[…]]}` (ovs-vsctl(8)). */
export function parseTable(answer: Answer): Parsed<readonly Row[]> {
  const table = tableIn(answer.stdout, originOf(answer))
  return table ? fact(table.rows) : problem('no OVSDB table in the output', '输出中没有 OVSDB 表')
}

/** One printed table, with its caption where it has one (`ovsdb-client -f json dump`). */
export function tableIn(
  text: string,
  origin: Origin,
): { readonly caption?: string; readonly rows: readonly Row[] } | undefined {
  const table = json(text)
  if (!isRecord(table) || !Array.isArray(table['headings']) || !Array.isArray(table['data'])) return undefined
  const { caption, headings, data } = table as { caption?: unknown; headings: unknown[]; data: unknown[] }
  const rows = data.filter(Array.isArray).map((row: unknown[]) => toRow(row, headings, { origin, text }))
  return { rows, ...(typeof caption === 'string' ? { caption } : {}) }
}

function toRow(row: readonly unknown[], headings: readonly unknown[], from: { origin: Origin; text: string }): Row {
  const line = JSON.stringify(row).replace(ownId, '')
  return {
    cells: new Map(headings.map((name, i) => [String(name), decode(row[i])])),
    // A line has to stand verbatim in the output; a server that spaces its JSON otherwise gives the whole answer.
    source: reading(line, from.text.includes(line) ? line : from.text.trim(), from.origin),
  }
}

/** The row's own UUID says nothing to a person. */
const ownId = /^\[\["uuid","[0-9a-f-]{36}"\],/

function decode(value: unknown): Value {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (!Array.isArray(value)) return String(value)
  const [kind, content] = value as [unknown, unknown]
  if (kind === 'uuid' || kind === 'named-uuid') return String(content)
  if (kind === 'set' && Array.isArray(content)) return content.map(decode)
  if (kind === 'map' && Array.isArray(content)) {
    return new Map(content.filter(Array.isArray).map((pair: unknown[]) => [String(pair[0]), decode(pair[1])]))
  }
  return value.map(decode)
}

export const text = (row: Row, column: string): string | undefined => {
  const value = one(row.cells.get(column))
  return value === undefined || typeof value === 'object' ? undefined : String(value)
}
export const number = (row: Row, column: string): number | undefined => {
  const value = one(row.cells.get(column))
  return typeof value === 'number' ? value : undefined
}
export const list = (row: Row, column: string): readonly Value[] => {
  const value = row.cells.get(column)
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value as Value]
}
export const map = (row: Row, column: string): ReadonlyMap<string, string> => {
  const value = row.cells.get(column)
  if (!(value instanceof Map)) return new Map()
  return new Map([...value].map(([k, v]) => [k, String(v)]))
}

/** An optional column is a set of none or one. */
const one = (value: Value | undefined): Value | undefined => (Array.isArray(value) ? (value[0] as Value) : value)

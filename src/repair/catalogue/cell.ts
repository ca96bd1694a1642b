/** A column of one row of OVSDB, and what it is to hold: '' for nothing. */
export interface Cell {
  readonly table: string
  readonly record: string
  readonly column: string
  /** Where the column is a map: the entry that is set. */
  readonly key?: string
  readonly value: string
}

export const addressOf = ({ table, record, column }: Pick<Cell, 'table' | 'record' | 'column'>): string =>
  `${table} ${record} ${column}`

/** A value of OVSDB's JSON (RFC 7047, 5.1) as `ovs-vsctl set` takes it; '' for the empty set or map. */
export function cellText(value: unknown): string {
  if (!Array.isArray(value)) return atom(value)
  const [kind, members]: readonly unknown[] = value
  const list = Array.isArray(members) ? (members as readonly unknown[]) : []
  if (list.length === 0) return ''
  if (kind === 'map') return `{${list.map((pair) => (pair as unknown[]).map(atom).join('=')).join(',')}}`
  return kind === 'set' ? `[${list.map(atom).join(',')}]` : atom(value)
}

/** Whether the cell holds what it is to hold. */
export function isSet(cell: Cell, now: string): boolean {
  if (cell.key === undefined) return now === cell.value
  return now.slice(1, -1).split(',').includes(`${cell.key}=${cell.value}`)
}

const atom = (value: unknown): string =>
  typeof value === 'string' && !/^[\w.-]+$/.test(value) ? JSON.stringify(value) : String(value)

import { say } from '../../core/lang.ts'
import { fact, problem } from '../../core/probe.ts'
import { isRecord, json } from '../../core/scan.ts'
import { addressOf, type Cell, cellText, isSet } from './cell.ts'
import { isName } from './names.ts'
import type { Kind } from './operation.ts'

/**
 * `ovs-vsctl set Port NAME tag=2 -- clear Port NAME trunks`: columns of OVSDB that an agent or Nova writes.
 * Only these: whatever else stands in OVSDB is nobody's to repair.
 */
const MAY: Readonly<Record<string, readonly string[]>> = {
  Bridge: ['fail_mode'],
  Port: ['tag', 'vlan_mode', 'trunks'],
  Interface: ['options'],
}

export const columns: Kind = ([program, ...words]) => {
  if (program !== 'ovs-vsctl') return undefined
  const cells = commandsOf(words).map(cellsOf)
  if (cells.length === 0 || cells.some((some) => some.length === 0)) return undefined
  const wanted = cells.flat()
  const places = [...new Map(wanted.map((cell) => [addressOf(cell), cell])).values()]
  const names = [...new Set(wanted.map(({ record }) => record))].join(', ')
  const touched = [...new Set(wanted.map(({ column }) => column))].join(', ')
  return {
    touches: say(`${touched} of ${names} in OVSDB`, `OVSDB 中 ${names} 的 ${touched}`),
    looks: places.map(({ table, column, record }) => ({
      root: true,
      argv: ['ovs-vsctl', '--timeout=8', '--format=json', `--columns=${column}`, 'list', table, record],
    })),
    state: (outputs) => {
      const values = outputs.map(onlyCell)
      if (values.some((value) => value === undefined)) return problem('OVSDB has no such row', 'OVSDB 中没有这一行')
      return fact(places.map((place, i) => `${addressOf(place)}=${cellText(values[i])}`).join('\n'))
    },
    isDone: (now) => wanted.every((cell) => isSet(cell, valueIn(now, cell))),
    undo: (before) => [
      'ovs-vsctl',
      ...places
        .map(({ table, column, record }) => {
          const value = valueIn(before, { table, column, record })
          return value === '' ? ['clear', table, record, column] : ['set', table, record, `${column}=${value}`]
        })
        .flatMap((command, i) => (i === 0 ? command : ['--', ...command])),
    ],
  }
}

function commandsOf(words: readonly string[]): readonly (readonly string[])[] {
  const at = words.indexOf('--')
  if (at < 0) return [words]
  return [...(at > 0 ? [words.slice(0, at)] : []), ...commandsOf(words.slice(at + 1))]
}

function cellsOf([verb, table = '', record = '', ...rest]: readonly string[]): readonly Cell[] {
  const may = MAY[table]
  if (!may || !isName(record) || rest.length === 0) return []
  const cells = rest.map((word) => cellOf(verb, word, { table, record }))
  return cells.every((cell) => cell !== undefined && may.includes(cell.column)) ? (cells as Cell[]) : []
}

function cellOf(verb: string | undefined, word: string, row: { table: string; record: string }): Cell | undefined {
  if (verb === 'clear') return { ...row, column: word, value: '' }
  const [, column, key, value] = /^(\w+)(?::(\w+))?=([\w.,:"[\]{}=-]*)$/.exec(word) ?? []
  if (verb !== 'set' || column === undefined || value === undefined) return undefined
  return { ...row, column, value: value === '[]' ? '' : value, ...(key === undefined ? {} : { key }) }
}

/** The one cell that `list` with one column prints. */
function onlyCell(text: string): unknown {
  const table = json(text)
  const rows = isRecord(table) && Array.isArray(table.data) ? (table.data as unknown[]) : []
  const [row] = rows
  return rows.length === 1 && Array.isArray(row) ? (row[0] as unknown) : undefined
}

const valueIn = (state: string, cell: Pick<Cell, 'table' | 'record' | 'column'>): string => {
  const head = `${addressOf(cell)}=`
  return (
    state
      .split('\n')
      .find((line) => line.startsWith(head))
      ?.slice(head.length) ?? ''
  )
}

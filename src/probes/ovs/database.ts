import type { BridgeSettings } from '../../openflow/build.ts'
import type { Mirror } from '../../openflow/bridge.ts'
import { byUuid, idsIn, numbersIn, some, toInterface, toPort } from './rows.ts'
import { map, number, type Row, tableIn, text } from './table.ts'

const origin = { host: '', command: 'ovsdb-client -f json dump Open_vSwitch' }

/** Bridges as `ovsdb-client -f json dump Open_vSwitch` prints its tables: one JSON object a line, with its caption. */
export function readDatabase(dump: string): readonly BridgeSettings[] {
  const tables = new Map(
    dump.split('\n').flatMap((line) => {
      const table = tableIn(line, origin)
      return table?.caption === undefined ? [] : [[table.caption.replace(/ table$/, ''), table.rows] as const]
    }),
  )
  return bridgesFrom((table) => tables.get(table) ?? [])
}

export const settingTables = ['Bridge', 'Port', 'Interface', 'Mirror'] as const
export type SettingTable = (typeof settingTables)[number]

/** Bridges with all of their settings, from the rows of these tables. */
export function bridgesFrom(rows: (table: SettingTable) => readonly Row[]): readonly BridgeSettings[] {
  const interfaces = byUuid(rows('Interface'), toInterface)
  const ports = byUuid(rows('Port'), (row) => toPort(row, interfaces))
  const mirrors = byUuid(rows('Mirror'), (row) => toMirror(row, (id) => ports.get(id)?.name ?? ''))
  return rows('Bridge').map((row) => ({
    name: text(row, 'name') ?? '',
    ports: idsIn(row, 'ports').flatMap((id) => ports.get(id) ?? []),
    mirrors: idsIn(row, 'mirrors').flatMap((id) => mirrors.get(id) ?? []),
    otherConfig: map(row, 'other_config'),
    snoopsMulticast: text(row, 'mcast_snooping_enable') === 'true',
  }))
}

function toMirror(row: Row, port: (id: string) => string): Mirror {
  const ports = (column: string) => new Set(idsIn(row, column).map(port))
  const [outputPort] = ports('output_port')
  return {
    name: text(row, 'name') ?? '',
    all: text(row, 'select_all') === 'true',
    sources: ports('select_src_port'),
    destinations: ports('select_dst_port'),
    vlans: new Set(numbersIn(row, 'select_vlan')),
    ...some('outputPort', outputPort),
    ...some('outputVlan', number(row, 'output_vlan')),
  }
}

import type { BridgeSettings, InterfaceSettings, PortSettings } from '../../openflow/build.ts'
import type { Mirror } from '../../openflow/bridge.ts'
import { list, map, number, type Row, rowsOf, text } from './table.ts'

/** Bridges as `ovsdb-client -f json dump Open_vSwitch` prints its tables: one JSON object a line, with its caption. */
export function readDatabase(dump: string): readonly BridgeSettings[] {
  const tables = new Map(
    dump.split('\n').flatMap((line) => {
      const table = rowsOf(line)
      return table?.caption === undefined ? [] : [[table.caption.replace(/ table$/, ''), table.rows] as const]
    }),
  )
  const rows = (name: string) => new Map((tables.get(name) ?? []).map((row) => [text(row, '_uuid') ?? '', row]))
  const [ports, interfaces, mirrors] = [rows('Port'), rows('Interface'), rows('Mirror')]
  const named = (row: Row, column: string, from: ReadonlyMap<string, Row>) =>
    idsIn(row, column).flatMap((id) => from.get(id) ?? [])
  return (tables.get('Bridge') ?? []).map((row) => ({
    name: text(row, 'name') ?? '',
    ports: named(row, 'ports', ports).map((port) =>
      toPort(port, named(port, 'interfaces', interfaces).map(toInterface)),
    ),
    mirrors: named(row, 'mirrors', mirrors).map((mirror) => toMirror(mirror, (id) => nameOf(ports.get(id)))),
    otherConfig: map(row, 'other_config'),
    snoopsMulticast: text(row, 'mcast_snooping_enable') === 'true',
  }))
}

const idsIn = (row: Row, column: string) => list(row, column).filter((v): v is string => typeof v === 'string')
const nameOf = (row: Row | undefined) => (row && text(row, 'name')) ?? ''
const numbers = (row: Row, column: string) => list(row, column).filter((v): v is number => typeof v === 'number')

function toInterface(row: Row): InterfaceSettings {
  const ofport = number(row, 'ofport')
  return {
    name: nameOf(row),
    type: text(row, 'type') ?? '',
    options: map(row, 'options'),
    ...(ofport === undefined ? {} : { ofport }),
  }
}

function toPort(row: Row, interfaces: readonly InterfaceSettings[]): PortSettings {
  const tag = number(row, 'tag')
  const vlanMode = text(row, 'vlan_mode')
  return {
    name: nameOf(row),
    trunks: numbers(row, 'trunks'),
    cvlans: numbers(row, 'cvlans'),
    protected: text(row, 'protected') === 'true',
    otherConfig: map(row, 'other_config'),
    interfaces,
    ...(tag === undefined ? {} : { tag }),
    ...(vlanMode === undefined ? {} : { vlanMode }),
  }
}

function toMirror(row: Row, port: (id: string) => string): Mirror {
  const ports = (column: string) => new Set(idsIn(row, column).map(port))
  const [outputPort] = ports('output_port')
  const outputVlan = number(row, 'output_vlan')
  return {
    name: nameOf(row),
    all: text(row, 'select_all') === 'true',
    sources: ports('select_src_port'),
    destinations: ports('select_dst_port'),
    vlans: new Set(numbers(row, 'select_vlan')),
    ...(outputPort === undefined ? {} : { outputPort }),
    ...(outputVlan === undefined ? {} : { outputVlan }),
  }
}

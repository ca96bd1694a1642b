import { type Answer, type Ask, type Evidence, originOf, reading } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, type Parsed } from '../../core/probe.ts'
import { byUuid, idsIn, type OvsPort, some, toInterface, toPort } from './rows.ts'
import { list, parseTable, type Row, text } from './table.ts'

export type { OvsInterface, OvsPort } from './rows.ts'

export interface OvsBridge {
  readonly name: string
  readonly datapathType: string
  readonly failMode?: string
  readonly protocols: readonly string[]
  readonly ports: readonly OvsPort[]
  readonly source: Evidence
}
export interface Ovsdb {
  readonly version?: string
  readonly bridges: readonly OvsBridge[]
  /** Cited where the point is that something is not there. */
  readonly whole: { readonly bridges: Evidence; readonly ports: Evidence; readonly interfaces: Evidence }
}

/** What tells most comes first: evidence is read by people. */
const columns = {
  Open_vSwitch: ['ovs_version', 'external_ids'],
  Bridge: ['name', 'datapath_type', 'fail_mode', 'protocols', 'ports'],
  Port: ['_uuid', 'name', 'tag', 'vlan_mode', 'trunks', 'other_config', 'bond_mode', 'lacp', 'interfaces'],
  Interface: [
    ...['_uuid', 'name', 'type', 'ofport', 'admin_state', 'link_state', 'error', 'options', 'external_ids'],
    'link_resets',
  ],
}
type Table = keyof typeof columns
const tables = Object.keys(columns) as Table[]

export const ovsdbAsks = (host: string): readonly Ask[] =>
  tables.map((table) => ({
    host,
    root: true,
    argv: ['ovs-vsctl', '--timeout=8', '--format=json', `--columns=${columns[table].join(',')}`, 'list', table],
    maxBytes: 8 << 20,
  }))

export function parseOvsdb(answers: readonly Answer[]): Parsed<Ovsdb> {
  const parsed = tables.map((_, i) => fromAnswer(answers[i], parseTable))
  const failed = parsed.find((p) => !p.ok)
  if (failed && !failed.ok) return failed
  const [root, bridges, ports, interfaces] = parsed.map((p) => (p.ok ? p.fact : []))
  return joined({ root: root ?? [], bridges: bridges ?? [], ports: ports ?? [], interfaces: interfaces ?? [] }, answers)
}

export const ovsdb = hostProbe<Ovsdb, Record<never, never>>({
  id: 'ovsdb',
  asks: ({ host }) => ovsdbAsks(host),
  parse: parseOvsdb,
})

type Rows = { readonly [K in 'root' | 'bridges' | 'ports' | 'interfaces']: readonly Row[] }

function joined(rows: Rows, answers: readonly Answer[]): Parsed<Ovsdb> {
  const interfaces = byUuid(rows.interfaces, toInterface)
  const ports = byUuid(rows.ports, (row) => toPort(row, interfaces))
  const version = rows.root[0] && text(rows.root[0], 'ovs_version')
  return fact({
    ...(version === undefined ? {} : { version }),
    bridges: rows.bridges.map((row) => toBridge(row, ports)),
    whole: {
      bridges: namesOf(answers[1], rows.bridges),
      ports: namesOf(answers[2], rows.ports),
      interfaces: namesOf(answers[3], rows.interfaces),
    },
  })
}

function toBridge(row: Row, ports: ReadonlyMap<string, OvsPort>): OvsBridge {
  return {
    name: text(row, 'name') ?? '',
    datapathType: text(row, 'datapath_type') ?? '',
    ...some('failMode', text(row, 'fail_mode')),
    protocols: list(row, 'protocols').map(String),
    ports: idsIn(row, 'ports').flatMap((id) => ports.get(id) ?? []),
    source: row.source,
  }
}

/** Evidence that something is absent cites the whole answer; `line` is its first part, for the table can be long. */
function namesOf(answer: Answer | undefined, rows: readonly Row[]): Evidence {
  const names = rows.map((row) => text(row, 'name') ?? '?')
  if (!answer) return reading(names, '', { host: '?', command: '?' })
  return reading(names, answer.stdout.trim().slice(0, 200), originOf(answer))
}

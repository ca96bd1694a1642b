import { type Answer, type Ask, type Evidence, originOf, reading } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, type Parsed } from '../../core/probe.ts'
import { list, map, number, parseTable, type Row, text } from './table.ts'

/** OVSDB's `Interface` table (ovs-vswitchd.conf.db(5)). */
export interface OvsInterface {
  readonly name: string
  readonly type: string
  /** -1 where Open vSwitch could not open the device. */
  readonly ofport?: number
  readonly adminState?: string
  readonly linkState?: string
  readonly linkResets?: number
  readonly error?: string
  readonly options: ReadonlyMap<string, string>
  readonly externalIds: ReadonlyMap<string, string>
  readonly source: Evidence
}
export interface OvsPort {
  readonly name: string
  readonly tag?: number
  readonly trunks: readonly number[]
  readonly vlanMode?: string
  readonly bondMode?: string
  readonly lacp?: string
  /** Neutron's agent keeps `net_uuid`, `network_type`, `physical_network`, `segmentation_id` and `tag` here. */
  readonly otherConfig: ReadonlyMap<string, string>
  readonly interfaces: readonly OvsInterface[]
  readonly source: Evidence
}
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
  const interfaces = new Map(rows.interfaces.map((row) => [text(row, '_uuid'), toInterface(row)]))
  const ports = new Map(rows.ports.map((row) => [text(row, '_uuid'), toPort(row, interfaces)]))
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

function toInterface(row: Row): OvsInterface {
  return {
    name: text(row, 'name') ?? '',
    type: text(row, 'type') ?? '',
    ...some('ofport', number(row, 'ofport')),
    ...some('adminState', text(row, 'admin_state')),
    ...some('linkState', text(row, 'link_state')),
    ...some('linkResets', number(row, 'link_resets')),
    ...some('error', text(row, 'error')),
    options: map(row, 'options'),
    externalIds: map(row, 'external_ids'),
    source: row.source,
  }
}

function toPort(row: Row, interfaces: ReadonlyMap<string | undefined, OvsInterface>): OvsPort {
  return {
    name: text(row, 'name') ?? '',
    ...some('tag', number(row, 'tag')),
    trunks: list(row, 'trunks').filter((v): v is number => typeof v === 'number'),
    ...some('vlanMode', text(row, 'vlan_mode')),
    ...some('bondMode', text(row, 'bond_mode')),
    ...some('lacp', text(row, 'lacp')),
    otherConfig: map(row, 'other_config'),
    interfaces: list(row, 'interfaces').flatMap((uuid) =>
      typeof uuid === 'string' ? (interfaces.get(uuid) ?? []) : [],
    ),
    source: row.source,
  }
}

function toBridge(row: Row, ports: ReadonlyMap<string | undefined, OvsPort>): OvsBridge {
  return {
    name: text(row, 'name') ?? '',
    datapathType: text(row, 'datapath_type') ?? '',
    ...some('failMode', text(row, 'fail_mode')),
    protocols: list(row, 'protocols').map(String),
    ports: list(row, 'ports').flatMap((uuid) => (typeof uuid === 'string' ? (ports.get(uuid) ?? []) : [])),
    source: row.source,
  }
}

/** Evidence that something is absent cites the whole answer; `line` is its first part, for the table can be long. */
function namesOf(answer: Answer | undefined, rows: readonly Row[]): Evidence {
  const names = rows.map((row) => text(row, 'name') ?? '?')
  if (!answer) return reading(names, '', { host: '?', command: '?' })
  return reading(names, answer.stdout.trim().slice(0, 200), originOf(answer))
}

const some = <K extends string, V>(key: K, value: V | undefined) =>
  (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V }

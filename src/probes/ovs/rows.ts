import type { Evidence } from '../../core/answer.ts'
import { list, map, number, type Row, text } from './table.ts'

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
  /** These two are false and empty where their columns were not asked for. */
  readonly protected: boolean
  readonly cvlans: readonly number[]
  readonly vlanMode?: string
  readonly bondMode?: string
  readonly lacp?: string
  /** Neutron's agent keeps `net_uuid`, `network_type`, `physical_network`, `segmentation_id` and `tag` here. */
  readonly otherConfig: ReadonlyMap<string, string>
  readonly interfaces: readonly OvsInterface[]
  readonly source: Evidence
}

export function toInterface(row: Row): OvsInterface {
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

export function toPort(row: Row, interfaces: ReadonlyMap<string, OvsInterface>): OvsPort {
  return {
    name: text(row, 'name') ?? '',
    ...some('tag', number(row, 'tag')),
    trunks: numbersIn(row, 'trunks'),
    protected: text(row, 'protected') === 'true',
    cvlans: numbersIn(row, 'cvlans'),
    ...some('vlanMode', text(row, 'vlan_mode')),
    ...some('bondMode', text(row, 'bond_mode')),
    ...some('lacp', text(row, 'lacp')),
    otherConfig: map(row, 'other_config'),
    interfaces: idsIn(row, 'interfaces').flatMap((id) => interfaces.get(id) ?? []),
    source: row.source,
  }
}

/** The rows of a table, ready to be referred to. */
export const byUuid = <T>(rows: readonly Row[], make: (row: Row) => T): ReadonlyMap<string, T> =>
  new Map(rows.map((row) => [text(row, '_uuid') ?? '', make(row)]))

export const idsIn = (row: Row, column: string): readonly string[] =>
  list(row, column).filter((v): v is string => typeof v === 'string')

export const numbersIn = (row: Row, column: string): readonly number[] =>
  list(row, column).filter((v): v is number => typeof v === 'number')

export const some = <K extends string, V>(key: K, value: V | undefined) =>
  (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V }

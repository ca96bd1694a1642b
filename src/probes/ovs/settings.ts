import { type Answer, type Ask, originOf } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { derived, fact, hostProbe, maybe, type Parsed } from '../../core/probe.ts'
import type { Group, Switch } from '../../openflow/bridge.ts'
import { type BridgeSettings, buildSwitch } from '../../openflow/build.ts'
import { parseGroups } from '../../openflow/groups.ts'
import { neutronBridges } from './bridges.ts'
import { bridgesFrom, type SettingTable, settingTables } from './database.ts'
import { openflow } from './openflow.ts'
import { ovsdb } from './ovsdb.ts'
import { partsOf } from './switch.ts'
import { type Row, tableIn } from './table.ts'

/** What a trace asks for beyond a diagnosis: mirrors, protected ports and the like, and the groups that flows use. */
interface Settings {
  readonly bridges: Parsed<readonly BridgeSettings[]>
  readonly groups: ReadonlyMap<string, Parsed<ReadonlyMap<number, Group>>>
}

const columns: Readonly<Record<SettingTable, readonly string[]>> = {
  Bridge: ['name', 'ports', 'mirrors', 'other_config', 'mcast_snooping_enable'],
  Port: ['_uuid', 'name', 'tag', 'trunks', 'cvlans', 'vlan_mode', 'protected', 'other_config', 'interfaces'],
  Interface: ['_uuid', 'name', 'type', 'ofport', 'options', 'external_ids'],
  Mirror: [
    ...['_uuid', 'name', 'select_all', 'select_src_port', 'select_dst_port', 'select_vlan'],
    ...['output_port', 'output_vlan'],
  ],
}
/** In the order of `settingTables`. */
export const settingCommands: readonly (readonly string[])[] = settingTables.map((table) => [
  ...['ovs-vsctl', '--timeout=8', '--format=json', `--columns=${columns[table].join(',')}`, 'list', table],
])

/** Groups came with OpenFlow 1.1; the versions that a bridge of Neutron speaks. */
export const groupVersions = ['OpenFlow15', 'OpenFlow14', 'OpenFlow13'] as const
export const groupCommand = (version: string, bridge: string): readonly string[] => [
  ...['ovs-ofctl', '--timeout=8', '-O', version, 'dump-groups', bridge],
]

const settings = hostProbe({
  id: 'switch-settings',
  after: { bridges: neutronBridges, ovsdb, openflow },
  asks: ({ host, prior }) => [
    ...settingCommands.map((argv): Ask => ({ host, root: true, argv, maxBytes: 8 << 20 })),
    ...usingGroups(prior).map((name): Ask => {
      const spoken = prior.ovsdb.bridges.find((bridge) => bridge.name === name)?.protocols ?? []
      const version = groupVersions.find((each) => spoken.includes(each)) ?? groupVersions[0]
      return { host, root: true, argv: groupCommand(version, name), maxBytes: 8 << 20 }
    }),
  ],
  parse: (answers, { prior }): Parsed<Settings> => {
    const dumps = answers.slice(settingTables.length)
    const groups = usingGroups(prior).map((name, i) => {
      const read = fromAnswer(dumps[i], (a) => fact(parseGroups(a.stdout)))
      return [name, read] as const
    })
    return fact({ bridges: settingsFrom(answers), groups: new Map(groups) })
  },
})

type Flows = {
  readonly openflow: ReadonlyMap<
    string,
    { readonly flows: Parsed<{ readonly flows: readonly { readonly text: string }[] }> }
  >
}
const usingGroups = ({ openflow: states }: Flows): readonly string[] =>
  [...states].flatMap(([name, { flows }]) =>
    flows.ok && flows.fact.flows.some((f) => /\bgroup:/.test(f.text)) ? [name] : [],
  )

function settingsFrom(answers: readonly Answer[]): Parsed<readonly BridgeSettings[]> {
  const tables = new Map<SettingTable, readonly Row[]>()
  for (const [i, table] of settingTables.entries()) {
    const rows = fromAnswer(answers[i], (a) => fact(tableIn(a.stdout, originOf(a))?.rows ?? []))
    if (!rows.ok) return rows
    tables.set(table, rows.fact)
  }
  return fact(bridgesFrom((table) => tables.get(table) ?? []))
}

/** The bridges of a host with all that a trace can ask for; where it was not answered, as a diagnosis knows them. */
export const tracedSwitch = derived({
  id: 'traced-switch',
  needs: { ovsdb, openflow, settings: maybe(settings) },
  derive: ({ ovsdb: db, openflow: states, settings: read }): Parsed<Switch> => {
    const more = read.ok && read.fact.bridges.ok ? read.fact.bridges.fact : db.bridges
    const groups = (name: string) => {
      const known = read.ok ? read.fact.groups.get(name) : undefined
      return known?.ok ? { groups: known.fact } : {}
    }
    return fact(
      buildSwitch(
        [...states].flatMap(([name, state]) =>
          partsOf(name, state, more).map((part) => ({ ...part, ...groups(name) })),
        ),
      ),
    )
  },
})

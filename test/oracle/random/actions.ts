import fc from 'fast-check'
import { common, type Field, isIp, isIp4, protocols, transportOf } from './fields.ts'
import type { Family, Focus } from './focus.ts'
import { kindOf, masked, zero } from '../values.ts'
import type { Match } from './matches.ts'
import { written } from './matches.ts'

/** An action, and what it asks of the packet's tag or does to it. */
export interface Action {
  readonly text: string
  readonly vlan?: 'pushes' | 'pops' | 'needs' | 'makes' | 'clears'
  /** Instructions stand behind the actions, in this order, once each. */
  readonly instruction?: number
}

/** Where a flow stands and what there is around it. */
export interface Around {
  readonly focus: Focus
  readonly match: Match
  readonly table: number
  /** Numbers and names that may be sent to. */
  readonly ports: readonly string[]
  readonly groups: number
  /** Nothing may go back to the bridge that the packet came from. */
  readonly forward: boolean
}

/** Half of them end by going on or sending: what is changed and never seen proves nothing. */
export function actionLists(around: Around): fc.Arbitrary<string> {
  const { output = 0, resubmit = 0, goto = 0, NORMAL = 0 } = around.focus.actions
  const last = action({ ...around, focus: { ...around.focus, actions: { output, resubmit, goto, NORMAL } } })
  return fc
    .tuple(fc.array(action(around), { maxLength: 5 }), fc.array(last, { maxLength: 1 }))
    .map(([list, end]) => toText([...list, ...end], around.match.tagged))
}

export function action(around: Around): fc.Arbitrary<Action> {
  const entries = Object.entries(around.focus.actions) as [Family, number][]
  const families = entries.flatMap(([family, weight]) => {
    const arbitrary = FAMILIES[family](around)
    return arbitrary && weight > 0 ? [{ weight, arbitrary }] : []
  })
  return families.length ? fc.oneof(...families) : fc.constant({ text: 'drop' })
}

/** Leaves out what OVS would refuse where it stands. */
export function toText(all: readonly Action[], tagged: boolean, nested = false): string {
  const list = nested ? all.filter((one) => !one.instruction) : all
  let tags = tagged ? 1 : 0
  const kept: Action[] = []
  for (const one of list.toSorted((a, b) => (a.instruction ?? 0) - (b.instruction ?? 0))) {
    const after = tagsAfter(one, tags, one.text.startsWith('clone'))
    if (after === undefined) continue
    if (one.instruction && kept.some((other) => other.instruction === one.instruction)) continue
    kept.push(one)
    tags = after
  }
  const texts = kept.map((one) => one.text)
  const real = texts.length > 1 ? texts.filter((text) => text !== 'drop') : texts
  return real.join(',') || 'drop'
}

/** OVS counts the tags that a packet surely has, and knows two at most. */
function tagsAfter({ text, vlan }: Action, tags: number, isClone: boolean): number | undefined {
  if (isClone) return tags + (text.match(/push_vlan/g)?.length ?? 0) > 2 ? undefined : tags
  if (vlan === 'pushes') return tags < 2 ? tags + 1 : undefined
  if (vlan === 'pops') return tags > 0 ? tags - 1 : undefined
  if (vlan === 'needs') return tags > 0 ? tags : undefined
  if (vlan === 'clears') return 0
  return vlan === 'makes' ? Math.max(tags, 1) : tags
}

type Make = (around: Around) => fc.Arbitrary<Action> | undefined

const text = (...texts: readonly string[]) => fc.constantFrom(...texts).map((t): Action => ({ text: t }))

const FAMILIES: Readonly<Record<Family, Make>> = {
  output: ({ ports }) => fc.constantFrom(...ports).map((port) => ({ text: `output:${port}` })),
  'special output': ({ forward }) =>
    text(
      ...(forward ? [] : ['IN_PORT']),
      'LOCAL',
      'ALL',
      'FLOOD',
      'CONTROLLER',
      'controller(max_len=64)',
      'drop',
      'output:NXM_NX_REG0[0..15]',
      'output:99',
      'output(port=1,max_len=100)',
    ),
  NORMAL: () => text('NORMAL'),
  resubmit: ({ table, focus }) => later(table, focus.tables)?.map((to) => ({ text: `resubmit(,${to})` })),
  back: ({ focus }) => fc.nat(focus.tables - 1).map((to) => ({ text: `resubmit(,${to})` })),
  goto: ({ table, focus }) => later(table, focus.tables)?.map((to) => ({ text: `goto_table:${to}`, instruction: 9 })),
  set: ({ match }) => setField([...common.ethernet, ...(protocols[match.protocol] ?? [])]),
  registers: registerActions,
  legacy: legacyActions,
  vlan: () => fc.oneof(...VLAN),
  ttl: ({ match }) => (isIp(match.protocol) ? text('dec_ttl', 'dec_ttl(1,2)') : undefined),
  stack: () =>
    fc.oneof(
      text('push:NXM_NX_REG0[]', 'push:NXM_NX_REG1[0..15]', 'push:OXM_OF_METADATA[]', 'push:NXM_NX_XXREG0[]'),
      text('pop:NXM_NX_REG1[]', 'pop:NXM_NX_REG2[8..15]', 'pop:NXM_NX_REG0[]'),
    ),
  ct: ({ match, table, focus }) => (isIp(match.protocol) ? conntrack(match, table, focus) : undefined),
  group: ({ groups }) =>
    groups ? fc.integer({ min: 1, max: groups }).map((id) => ({ text: `group:${id}` })) : undefined,
  'action set': actionSet,
  clone: (around) =>
    fc
      .array(action({ ...around, focus: { ...around.focus, actions: SIMPLE } }), { minLength: 1, maxLength: 3 })
      .map((list) => ({ text: `clone(${toText(list, around.match.tagged, true)})` })),
  learn: () => text('learn(table=9,NXM_OF_VLAN_TCI[0..11],NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[])'),
  length: () => text('check_pkt_larger(100)->NXM_NX_REG0[0]', 'check_pkt_larger(1500)->NXM_NX_REG1[3]'),
  little: () => text('exit', 'note:00.11.22.33.44.55', 'ct_clear'),
  input: ({ ports }) =>
    fc.oneof(
      fc.constantFrom(...ports).map((port) => ({ text: `resubmit(${port},1)` })),
      text('load:0->NXM_OF_IN_PORT[]', 'load:1->NXM_OF_IN_PORT[]'),
    ),
}

const SIMPLE: Focus['actions'] = { output: 3, set: 1, registers: 1, vlan: 1 }

const later = (table: number, tables: number) =>
  table + 1 < tables ? fc.integer({ min: table + 1, max: tables - 1 }) : undefined

function setField(fields: readonly Field[]): fc.Arbitrary<Action> | undefined {
  const settable = fields.filter((field) => field.sets)
  if (!settable.length) return undefined
  return fc
    .constantFrom(...settable)
    .chain((field) => written(field).map((value) => ({ text: `set_field:${underMask(field, value)}->${field.sets}` })))
}

/** OVS refuses bits outside the mask here, which it ignores in a match. */
function underMask({ name }: Field, written: string): string {
  const mask = written.split('/')[1]
  return mask === undefined ? written : `${masked(kindOf(name), zero(name), written)}/${mask}`
}

const metadata: readonly Field[] = [...common.registers, ...common.wideRegisters, ...common.tunnel]

function registerActions({ match }: Around): fc.Arbitrary<Action> {
  const sources = [...metadata, ...common.ethernet, ...(protocols[match.protocol] ?? [])].filter((f) => f.nxm)
  const targets = [...metadata, ...common.ethernet].filter((f) => f.nxm)
  const move = fc
    .tuple(fc.constantFrom(...sources), fc.constantFrom(...targets), fc.nat(), fc.nat(), fc.nat())
    .map(([from, to, a, b, c]) => ({ text: moveText(from, to, a, b, c) }))
  const load = fc
    .tuple(fc.constantFrom(...targets), fc.nat(), fc.nat(), fc.nat())
    .map(([to, a, b, c]) => ({ text: loadText(to, a, b, c) }))
  return fc.oneof(
    setField(metadata) ?? load,
    move,
    load,
    text('write_metadata:1', 'write_metadata:0x20/0xf0').map((one) => ({ ...one, instruction: 8 })),
  )
}

const slice = (field: Field, from: number, size: number) =>
  `${field.nxm?.[0]}[${size === field.nxm?.[1] ? '' : size === 1 ? from : `${from}..${from + size - 1}`}]`

function moveText(from: Field, to: Field, a: number, b: number, c: number): string {
  const [wideFrom, wideTo] = [from.nxm?.[1] ?? 1, to.nxm?.[1] ?? 1]
  const size = 1 + (a % Math.min(wideFrom, wideTo))
  return `move:${slice(from, b % (wideFrom - size + 1), size)}->${slice(to, c % (wideTo - size + 1), size)}`
}

function loadText(to: Field, a: number, b: number, c: number): string {
  const wide = to.nxm?.[1] ?? 1
  const size = 1 + (a % Math.min(wide, 30))
  return `load:${b % 2 ** size}->${slice(to, c % (wide - size + 1), size)}`
}

function legacyActions({ match }: Around): fc.Arbitrary<Action> {
  const { protocol } = match
  const transport = transportOf(protocol)
  return text(
    ...['mod_dl_src:0a:00:00:00:00:07', 'mod_dl_dst:ff:ff:ff:ff:ff:ff', 'set_tunnel:0x77', 'set_tunnel64:0x100000001'],
    ...(isIp(protocol) ? ['mod_nw_tos:32', 'mod_nw_ecn:1', 'mod_nw_ttl:9'] : []),
    ...(isIp4(protocol) ? ['mod_nw_src:10.0.0.9', 'mod_nw_dst:10.0.0.1'] : []),
    ...(transport ? ['mod_tp_src:53', 'mod_tp_dst:80'] : []),
  )
}

const VLAN: readonly fc.Arbitrary<Action>[] = [
  text('push_vlan:0x8100', 'push_vlan:0x88a8').map((one) => ({ ...one, vlan: 'pushes' as const })),
  text('mod_vlan_vid:5', 'mod_vlan_vid:8', 'mod_vlan_pcp:3').map((one) => ({ ...one, vlan: 'makes' as const })),
  text('pop_vlan', 'strip_vlan').map((one) => ({ ...one, vlan: 'pops' as const })),
  text(
    'set_field:0x1005->vlan_vid',
    'set_field:0x1007->vlan_vid',
    'set_field:0x1001/0x1001->vlan_vid',
    'set_field:3->vlan_pcp',
  ).map((one) => ({ ...one, vlan: 'needs' as const })),
  text('load:0x1008->NXM_OF_VLAN_TCI[]'),
  text('load:0->NXM_OF_VLAN_TCI[]').map((one) => ({ ...one, vlan: 'clears' as const })),
]

function conntrack(match: Match, table: number, focus: Focus): fc.Arbitrary<Action> {
  const commit = !match.words.some((word) => word.includes('+inv'))
  // Recirculation to an earlier table can go on for ever, and a trace of it too.
  const next = later(table, focus.tables)?.map((to) => [`table=${to}`]) ?? fc.constant([])
  const zone = fc.constantFrom([], ['zone=1'], ['zone=5'], ['zone=NXM_NX_REG0[0..15]'])
  const exec = fc.constantFrom(
    [],
    ['exec(set_field:1->ct_mark)'],
    ['exec(set_field:0x10/0xf0->ct_mark,set_field:0x1/0xff->ct_label)'],
    ['exec(move:NXM_NX_REG1[]->NXM_NX_CT_MARK[])'],
  )
  const nat = fc.constantFrom(
    [],
    [],
    ...(isIp4(match.protocol) ? [['nat(src=10.1.0.1)'], ['nat(dst=10.2.0.1:8080)']] : [['nat']]),
  )
  const committed = fc.tuple(next, zone, exec, nat).map((parts) => ['commit', ...parts.flat()])
  const only = fc.tuple(next, zone, fc.constantFrom([], [], ['nat'])).map((parts) => parts.flat())
  return (commit ? fc.oneof(committed, only) : only).map((parts) => ({ text: `ct(${parts.join(',')})` }))
}

function actionSet(around: Around): fc.Arbitrary<Action> {
  const inSet = { ...around, focus: { ...around.focus, actions: IN_SET } }
  const write = fc.array(action(inSet), { minLength: 1, maxLength: 4 }).map(
    (list): Action => ({
      text: `write_actions(${toText(
        list.filter((one) => !NOT_IN_SET.test(one.text)),
        around.match.tagged,
        true,
      )})`,
      instruction: 7,
    }),
  )
  return fc.oneof(
    { weight: 4, arbitrary: write },
    { weight: 1, arbitrary: fc.constant<Action>({ text: 'clear_actions', instruction: 6 }) },
  )
}

const IN_SET: Focus['actions'] = { output: 4, group: 1, set: 2, vlan: 2, ttl: 1 }
const NOT_IN_SET = /^(load|strip_vlan|mod_vlan|drop)/

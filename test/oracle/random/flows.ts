import fc from 'fast-check'
import type { Port } from '../world.ts'
import { action, actionLists, type Around, toText } from './actions.ts'
import type { Focus } from './focus.ts'
import { type Match, matches } from './matches.ts'

/** What becomes a flow, or several, once it has its priority: no two in a table share one, or OVS may take either. */
type Rule = (priority: number) => readonly string[]

interface Place {
  readonly focus: Focus
  readonly ports: readonly Port[]
  /** Ports that actions may send to. */
  readonly targets: readonly Port[]
  readonly forward: boolean
}

const GROUPS = 4

export function flowsOf(place: Place): fc.Arbitrary<readonly string[]> {
  const { focus } = place
  const rule = focus.conjunctions
    ? fc.oneof({ weight: 3, arbitrary: single(place) }, { weight: 1, arbitrary: conjunction(place) })
    : single(place)
  return fc
    .tuple(fc.array(rule, { minLength: 1, maxLength: focus.flows, size: 'max' }), fallbacks(place))
    .map(([rules, last]) => [...rules.flatMap((one, i) => one(10 * (rules.length - i) + 10)), ...last])
}

function around(place: Place, match: Match, table: number): Around {
  const { focus, targets, forward } = place
  const ports = targets.flatMap((port) => [String(port.ofport), port.name])
  return { focus, match, table, ports, groups: focus.groups ? GROUPS : 0, forward }
}

function single(place: Place): fc.Arbitrary<Rule> {
  const { focus, ports } = place
  const match = matches(focus, [...ports.map((port) => String(port.ofport)), 'LOCAL'])
  return fc.tuple(tableOf(focus), match, cookie).chain(([table, matched, tag]) =>
    actionLists(around(place, matched, table)).map(
      (actions): Rule =>
        (priority) => [flow([...tag, `table=${table}`, `priority=${priority}`, ...matched.words], actions)],
    ),
  )
}

const cookie = fc.constantFrom([], [], ['cookie=0x1234'])
const flow = (words: readonly string[], actions: string) => `${words.join(',')} actions=${actions}`
const tableOf = (focus: Focus) => fc.oneof(fc.constant(0), fc.nat(focus.tables - 1))

/** Most packets should get somewhere: tables mostly end with a flow for all. */
function fallbacks(place: Place): fc.Arbitrary<readonly string[]> {
  const all: Match = { protocol: '', words: [], tagged: false }
  const tables = Array.from({ length: place.focus.tables }, (_, table) =>
    fc.option(
      actionLists(around(place, all, table)).map((actions) => flow([`table=${table}`, 'priority=1'], actions)),
      { freq: 3 },
    ),
  )
  return fc.tuple(...tables).map((lines) => lines.filter((line) => line !== null))
}

/** Two or three dimensions of one or two clauses each, and what is done where all of them match. */
function conjunction(place: Place): fc.Arbitrary<Rule> {
  const { focus, ports } = place
  const match = matches(
    focus,
    ports.map((port) => String(port.ofport)),
  )
  const dimensions = fc.array(fc.array(match, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 3 })
  const id = fc.integer({ min: 1, max: 3 })
  return fc.tuple(tableOf(focus), dimensions, id, fc.boolean()).chain(([table, clauses, number, above]) => {
    const all: Match = { protocol: '', words: [], tagged: false }
    return actionLists(around(place, all, table)).map((actions): Rule => {
      const of = clauses.length
      return (priority) => [
        ...clauses.flatMap((clause, k) =>
          clause.map((one) =>
            flow([`table=${table}`, `priority=${priority}`, ...one.words], `conjunction(${number},${k + 1}/${of})`),
          ),
        ),
        flow([`table=${table}`, `priority=${priority + (above ? 1 : -1)}`, `conj_id=${number}`], actions),
      ]
    })
  })
}

/** Later groups may use earlier ones, so they are made in this order. */
export function groupsOf(place: Place): fc.Arbitrary<readonly string[]> {
  if (!place.focus.groups) return fc.constant([])
  return fc.tuple(...Array.from({ length: GROUPS }, (_, n) => groupOf(place, n + 1)))
}

function groupOf(place: Place, id: number): fc.Arbitrary<string> {
  // No match says what a group gets: its fields are set where the packet has them, and not where it has not.
  const match: Match = { protocol: 'udp', words: [], tagged: true }
  const inside = { ...around(place, match, 0), groups: id - 1, focus: { ...place.focus, actions: IN_BUCKET } }
  const actions = fc.array(action(inside), { minLength: 1, maxLength: 3 }).map((list) => toText(list, true, true))
  const bucket = (watched: boolean) =>
    fc
      .tuple(fc.constantFrom(...place.ports.filter((port) => !port.peer)), actions)
      .map(([port, text]) => `bucket=${watched ? `watch_port:${port.ofport},` : ''}actions=${text}`)
  return fc
    .constantFrom(...KINDS)
    .chain(([kind, most, watched]) =>
      fc
        .array(bucket(watched), { minLength: 1, maxLength: most })
        .map((buckets) => [`group_id=${id}`, kind, ...buckets].join(',')),
    )
}

const IN_BUCKET: Focus['actions'] = { output: 4, set: 2, vlan: 2, group: 1, registers: 1 }

// With more than one bucket, which of a select group is taken depends on a hash.
const KINDS = [
  ['type=all', 3, false],
  ['type=indirect', 1, false],
  ['type=fast_failover', 3, true],
  ['type=select,selection_method=hash,fields(eth_src)', 1, false],
] as const

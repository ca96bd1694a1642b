import { splitTop } from '../../core/scan.ts'
import { type Field, fieldNamed, type Prerequisite } from '../fields.ts'
import { inOneWord, type Subfield, wholeField } from '../packet.ts'
import { type PortNumbers, portNumber, RESERVED_PORTS } from '../ports.ts'
import { type Masked, parseIpv4, parseMac, parseMasked, parseNumber } from '../values.ts'
import type { Action } from './action.ts'

export type { Action } from './action.ts'

/** What a flow does, in order. An action that we do not know is kept as `unknown`. */
export const compile = (text: string, ports: PortNumbers): readonly Action[] =>
  splitTop(text, ',').map((word) => one(word.trim(), ports))

function one(text: string, ports: PortNumbers): Action {
  const [, name = '', separator = '', rest = ''] = /^([\w]+)([:(]?)(.*)$/s.exec(text) ?? []
  const inside = separator === '(' && rest.endsWith(')') ? rest.slice(0, -1) : undefined
  const parse = ACTIONS[name]
  const action = parse ? parse({ name, argument: inside ?? rest, ports }) : namedPort(text, ports)
  return action ? { text, ...action } : { text, kind: 'unknown' }
}

interface Call {
  readonly name: string
  /** What stands after the colon or in the brackets. */
  readonly argument: string
  readonly ports: PortNumbers
}
type Parsed = DistributiveOmit<Action, 'text'> | undefined
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never
type Parse = (call: Call) => Parsed

const nothing: Parse = () => ({ kind: 'nothing' })
const modify =
  (field: string, value: (text: string) => bigint | undefined, needs?: Prerequisite): Parse =>
  ({ argument }) => {
    const to = fieldNamed(field)
    const parsed = value(argument)
    return to && parsed !== undefined
      ? { kind: 'set', to: wholeField(to), value: parsed, needs: needs ?? to.needs }
      : undefined
  }

const ACTIONS: Readonly<Record<string, Parse>> = {
  drop: nothing,
  output: ({ argument, ports }) => output(argument, ports),
  enqueue: ({ argument, ports }) => output(argument.split(/[:,]/)[0] ?? '', ports),
  controller: () => ({ kind: 'controller' }),
  CONTROLLER: () => ({ kind: 'controller' }),
  group: ({ argument }) => withNumber(argument, (id) => ({ kind: 'group', id })),
  set_field: ({ argument }) => setField(argument),
  load: ({ argument }) => load(argument),
  move: ({ argument }) => move(argument),
  mod_vlan_vid: ({ argument }) => withNumber(argument, (id) => ({ kind: 'set-vlan', id, pushes: true })),
  set_vlan_vid: ({ argument }) => withNumber(argument, (id) => ({ kind: 'set-vlan', id, pushes: false })),
  mod_vlan_pcp: ({ argument }) => withNumber(argument, (priority) => ({ kind: 'set-vlan', priority, pushes: true })),
  set_vlan_pcp: ({ argument }) => withNumber(argument, (priority) => ({ kind: 'set-vlan', priority, pushes: false })),
  push_vlan: ({ argument }) => withNumber(argument, (ethertype) => ({ kind: 'push-vlan', ethertype })),
  pop_vlan: () => ({ kind: 'pop-vlan' }),
  strip_vlan: () => ({ kind: 'pop-vlan' }),
  mod_dl_src: modify('dl_src', parseMac),
  mod_dl_dst: modify('dl_dst', parseMac),
  mod_nw_src: modify('nw_src', parseIpv4),
  mod_nw_dst: modify('nw_dst', parseIpv4),
  mod_nw_tos: modify('ip_dscp', (text) => shifted(parseNumber(text), 2n)),
  mod_nw_ecn: modify('nw_ecn', parseNumber),
  mod_nw_ttl: modify('nw_ttl', parseNumber),
  mod_tp_src: modify('tp_src', parseNumber, 'ports'),
  mod_tp_dst: modify('tp_dst', parseNumber, 'ports'),
  set_tunnel: modify('tun_id', parseNumber),
  set_tunnel64: modify('tun_id', parseNumber),
  write_metadata: ({ argument }) => setTo('metadata', argument),
  dec_ttl: () => ({ kind: 'dec-ttl' }),
  resubmit: ({ argument, ports }) => resubmit(argument, ports),
  goto_table: ({ argument }) => withNumber(argument, (table) => ({ kind: 'goto', table })),
  push: ({ argument }) => withPart(argument, (part) => ({ kind: 'push', part })),
  pop: ({ argument }) => withPart(argument, (part) => ({ kind: 'pop', part })),
  ct: ({ argument, ports }) => track(argument, ports),
  ct_clear: () => ({ kind: 'ct-clear' }),
  conjunction: ({ argument }) => conjunction(argument),
  write_actions: ({ argument, ports }) => ({ kind: 'write', actions: compile(argument, ports) }),
  clear_actions: () => ({ kind: 'clear' }),
  clone: ({ argument, ports }) => ({ kind: 'clone', actions: compile(argument, ports) }),
  exit: () => ({ kind: 'exit' }),
  check_pkt_larger: ({ argument }) => larger(argument),
  note: nothing,
  learn: nothing,
  meter: ({ argument }) => ({ kind: 'meter', id: argument }),
  sample: nothing,
  fin_timeout: nothing,
  set_queue: nothing,
  pop_queue: nothing,
  debug_slow: nothing,
}

function namedPort(text: string, ports: PortNumbers): Parsed {
  const port = portNumber(text, ports)
  return port === undefined ? undefined : { kind: 'output', port }
}

function output(argument: string, ports: PortNumbers): Parsed {
  const port = portNumber(argument, ports)
  if (port === RESERVED_PORTS['CONTROLLER']) return { kind: 'controller' }
  if (port !== undefined) return { kind: 'output', port }
  if (argument.startsWith('port=')) {
    const to = portNumber(/port=([^,]+)/.exec(argument)?.[1] ?? '', ports)
    return to === undefined ? undefined : { kind: 'output-truncated', port: to }
  }
  return withPart(argument, (from) => ({ kind: 'output-field', from }))
}

/** `0x1/0xff->reg5`, `fa:16:…->eth_src`, or `reg5=0x1` inside of `write_actions` of some releases. */
function setField(argument: string): Parsed {
  const arrow = argument.lastIndexOf('->')
  return arrow < 0 ? undefined : setTo(argument.slice(arrow + 2), argument.slice(0, arrow))
}

function setTo(name: string, written: string): Parsed {
  const field = fieldNamed(name)
  const masked = field && parseMasked(written, field.notation, field.bits)
  return field && masked && set(wholeField(field), masked)
}

function set(to: Subfield, { value, mask }: Masked): Parsed {
  const quick = inOneWord(to, value, mask)
  return {
    kind: 'set',
    to,
    value,
    ...(mask === undefined ? {} : { mask }),
    needs: to.field.needs,
    ...(quick ? { quick } : {}),
  }
}

/** `0x3->NXM_NX_REG5[]`. */
function load(argument: string): Parsed {
  const [value = '', target = ''] = argument.split('->')
  const number = parseNumber(value)
  const to = subfield(target)
  return to && number !== undefined ? set(to, { value: number }) : undefined
}

function move(argument: string): Parsed {
  const [from, to] = argument.split('->').map(subfield)
  return from && to ? { kind: 'move', from, to } : undefined
}

/** `NXM_NX_REG6[0..15]`, `reg6[3]`, `NXM_OF_ETH_SRC[]`, `reg6`. */
export function subfield(text: string): Subfield | undefined {
  const parts = /^(\w+)(?:\[(?:(\d+)(?:\.\.(\d+))?)?\])?$/.exec(text)
  const field = parts?.[1] === undefined ? undefined : fieldNamed(parts[1])
  if (!parts || !field) return undefined
  if (parts[2] === undefined) return wholeField(field)
  const [low, high] = [Number(parts[2]), Number(parts[3] ?? parts[2])]
  return high < low || high >= widthOf(field) ? undefined : { field, from: low, bits: high - low + 1 }
}
// NXM_OF_VLAN_TCI and OXM_OF_VLAN_VID are 16 and 13 bits wide; all others are what they say.
const widthOf = (field: Field) => field.bits

/** `resubmit:3`, `resubmit(,60)`, `resubmit(3,60,ct)`. */
function resubmit(argument: string, ports: PortNumbers): Parsed {
  const [port = '', table = '', third] = argument.split(',')
  const from = port === '' || port === 'IN_PORT' || port === 'in_port' ? undefined : portNumber(port, ports)
  const to = table === '' ? undefined : parseNumber(table)
  if ((port !== '' && !/^in_port$/i.test(port) && from === undefined) || (table !== '' && to === undefined))
    return undefined
  return {
    kind: 'resubmit',
    ...(from === undefined ? {} : { port: from }),
    ...(to === undefined || to === 255n ? {} : { table: Number(to) }),
    original: third === 'ct',
  }
}

function track(argument: string, ports: PortNumbers): Parsed {
  const words = splitTop(argument, ',').map((word) => word.trim())
  const value = (key: string) => words.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1)
  const zone = zoneOf(value('zone') ?? '0')
  const table = value('table')
  const to = table === undefined ? undefined : parseNumber(table)
  const nested = words.find((word) => word.startsWith('exec('))
  if (zone === undefined || (table !== undefined && to === undefined)) return undefined
  // To which address and port a new connection is translated is the datapath's choice.
  if (words.some((word) => word.startsWith('nat('))) return undefined
  return {
    kind: 'ct',
    commit: words.includes('commit'),
    zone,
    ...(to === undefined ? {} : { table: Number(to) }),
    keepsNat: words.includes('nat'),
    nested: nested ? compile(nested.slice('exec('.length, -1), ports) : [],
  }
}

function zoneOf(text: string): number | Subfield | undefined {
  const number = parseNumber(text)
  return number === undefined ? subfield(text) : Number(number)
}

function conjunction(argument: string): Parsed {
  const [, id, dimension, of] = /^(\d+|0x[0-9a-f]+),\s*(\d+)\/(\d+)$/i.exec(argument) ?? []
  return id === undefined
    ? undefined
    : { kind: 'conjunction', clause: { id: Number(id), dimension: Number(dimension), of: Number(of) } }
}

function larger(argument: string): Parsed {
  const [, bytes, target = ''] = /^(\d+)\)->(.*)$/.exec(argument) ?? []
  const to = subfield(target)
  return bytes !== undefined && to ? { kind: 'larger', bytes: Number(bytes), to } : undefined
}

const withNumber = (text: string, make: (number: number) => Parsed): Parsed => {
  const number = parseNumber(text)
  return number === undefined ? undefined : make(Number(number))
}
const withPart = (text: string, make: (part: Subfield) => Parsed): Parsed => {
  const part = subfield(text)
  return part && make(part)
}
const shifted = (value: bigint | undefined, by: bigint) => (value === undefined ? undefined : value >> by)

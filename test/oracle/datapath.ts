import { type DatapathPort, isTunnel } from './datapath-ports.ts'
import { type Packet, popMpls, popVlan, pushMpls, pushVlan, setHeader } from './packet.ts'
import { callOf, splitActions, wordsOf } from './split.ts'

export interface TunnelHeader {
  readonly type: string
  /** Decimal. */
  readonly id: string
  readonly dst: string
}

export type Output =
  | { readonly kind: 'port'; readonly port: string; readonly packet: Packet; readonly tunnel?: TunnelHeader }
  | { readonly kind: 'controller'; readonly reason: number; readonly packet: Packet }
  | { readonly kind: 'userspace'; readonly text: string; readonly packet: Packet }
  /** An encapsulated packet of a native tunnel leaves the underlay's port. */
  | { readonly kind: 'underlay'; readonly port: string }
  /** `check_pkt_larger`: what happens depends on the length, which a trace does not know. */
  | { readonly kind: 'by length'; readonly over: number; readonly more: Output[]; readonly else: Output[] }
  /** A recirculation that a trace does not follow (hash of a select group, MPLS, bond). */
  | { readonly kind: 'not followed'; readonly packet: Packet }

/** Where `recirc(id)` goes on: the packet as the trace has it then, and the actions. */
export interface Section {
  readonly id: string
  readonly packet: Packet
  readonly actions: string
}

export interface Told {
  readonly outputs: readonly Output[]
  /** `ct(...)`, `meter(...)`, `trunc(...)` and the like in order: they leave no trace on the packet. */
  readonly effects: readonly string[]
  /** Datapath actions that this interpreter does not know: a test should fail on them. */
  readonly unknown: readonly string[]
}

interface State {
  packet: Packet
  tunnel?: TunnelHeader
  encapsulated: boolean
}

interface Work {
  readonly ports: readonly DatapathPort[]
  readonly sections: Section[]
  readonly effects: string[]
  readonly unknown: string[]
}

/** Carries out the datapath actions of a trace on its packet. */
export function interpret(first: Section, rest: readonly Section[], ports: readonly DatapathPort[]): Told {
  const work: Work = { ports, sections: [...rest], effects: [], unknown: [] }
  const outputs = runAll(first.actions, { packet: first.packet, encapsulated: false }, work)
  return { outputs, effects: work.effects, unknown: work.unknown }
}

/** `state` is carried on from action to action. */
function runAll(actions: string, state: State, work: Work): Output[] {
  return splitActions(actions).flatMap((action) => runOne(action, state, work))
}

function runOne(action: string, state: State, work: Work): Output[] {
  if (/^\d+$/.test(action)) return [outputTo(Number(action), state, work.ports)]
  const { name, inner } = callOf(action)
  const change = CHANGES[name]
  if (change) {
    state.packet = change(state.packet, inner)
    return []
  }
  const special = SPECIAL[name]
  if (special) return special(inner, state, work)
  if (EFFECTS.has(name)) work.effects.push(action)
  else if (!SILENT.has(name)) work.unknown.push(action)
  return []
}

const CHANGES: Readonly<Record<string, (packet: Packet, inner: string) => Packet>> = {
  push_vlan: pushVlan,
  pop_vlan: popVlan,
  push_mpls: pushMpls,
  pop_mpls: popMpls,
}

const EFFECTS = new Set(['ct', 'ct_clear', 'meter', 'trunc'])
const SILENT = new Set(['drop', 'hash'])

const SPECIAL: Readonly<Record<string, (inner: string, state: State, work: Work) => Output[]>> = {
  set: setAction,
  clone: (inner, state, work) => runAll(inner, { ...state }, work),
  sample: (inner, state, work) => runAll(wordsOf(inner).get('actions') ?? '', { ...state }, work),
  recirc: recirculate,
  userspace: (inner, state) => [toUserspace(inner, state.packet)],
  tnl_push: pushTunnel,
  check_pkt_len: (inner, state, work) => {
    const words = wordsOf(inner)
    const branch = (word: string) => runAll(words.get(word) ?? '', { ...state }, work)
    return [{ kind: 'by length', over: Number(words.get('size')), more: branch('gt'), else: branch('le') }]
  },
}

function setAction(inner: string, state: State, work: Work): Output[] {
  const { name, inner: values } = callOf(inner)
  if (name === 'tunnel') state.tunnel = tunnelOf(values)
  else if (name.startsWith('skb_')) work.effects.push(`set(${inner})`)
  else {
    const packet = setHeader(state.packet, name, values)
    if (packet) state.packet = packet
    else work.unknown.push(`set(${inner})`)
  }
  return []
}

function tunnelOf(values: string): TunnelHeader {
  const words = wordsOf(values)
  return {
    type: 'tunnel',
    id: BigInt(words.get('tun_id') ?? '0').toString(),
    dst: words.get('dst') ?? words.get('ipv6_dst') ?? '',
  }
}

/** Tunnel metadata stays set on the packet, and only a tunnel's port looks at it. */
function outputTo(number: number, state: State, ports: readonly DatapathPort[]): Output {
  const port = ports.find((p) => p.number === number)
  const name = port?.name ?? `port ${number}`
  if (state.encapsulated) return { kind: 'underlay', port: name }
  const { packet, tunnel } = state
  if (!port || !tunnel || !isTunnel(port)) return { kind: 'port', port: name, packet }
  return tunnelOutput(number, { ...tunnel, type: port.type }, packet, ports)
}

function tunnelOutput(number: number, tunnel: TunnelHeader, packet: Packet, ports: readonly DatapathPort[]): Output {
  return { kind: 'port', port: tunnelPort(number, tunnel, ports), packet, tunnel }
}

/** The ports that would make this header; where there are several, the most particular of them. */
function tunnelPort(number: number, tunnel: TunnelHeader, ports: readonly DatapathPort[]): string {
  const fits = (option: string | undefined, value: string) => option === 'flow' || (option ?? '') === value
  const particular = (p: DatapathPort) => Number(p.remote !== 'flow') * 2 + Number(p.key !== 'flow')
  const candidates = ports
    .filter((p) => p.number === number && fits(p.remote, tunnel.dst) && fits(p.key ?? '0', tunnel.id))
    .toSorted((a, b) => particular(b) - particular(a))
  return candidates[0]?.name ?? `port ${number}`
}

function pushTunnel(inner: string, state: State, work: Work): Output[] {
  const words = wordsOf(inner)
  const number = Number(words.get('tnl_port'))
  const header = wordsOf(words.get('header') ?? '')
  const ends = wordsOf(header.get('ipv4') ?? header.get('ipv6') ?? '')
  const id = /\b(?:vni|key)=(\w+)/.exec(inner)?.[1] ?? '0'
  const type = work.ports.find((p) => p.number === number)?.type ?? ''
  state.encapsulated = true
  const tunnel = { type, id: BigInt(id).toString(), dst: ends.get('dst') ?? '' }
  return [tunnelOutput(number, tunnel, state.packet, work.ports)]
}

function toUserspace(inner: string, packet: Packet): Output {
  const reason = /\bcontroller\(reason=(\d+)/.exec(inner)?.[1]
  if (reason !== undefined) return { kind: 'controller', reason: Number(reason), packet }
  return { kind: 'userspace', text: inner.replace(/^pid=\d+,?/, ''), packet }
}

function recirculate(inner: string, state: State, work: Work): Output[] {
  const at = work.sections.findIndex((section) => section.id === inner)
  const [section] = at < 0 ? [] : work.sections.splice(at, 1)
  if (!section) return [{ kind: 'not followed', packet: state.packet }]
  // Conntrack may have translated addresses meanwhile: the trace tells the packet anew.
  return runAll(section.actions, { ...state, packet: keepUnseen(state.packet, section.packet) }, work)
}

/** The next `Flow:` line knows no tag's TPID. */
function keepUnseen(before: Packet, after: Packet): Packet {
  const vlans = after.vlans.map((tag, i) => ({ ...tag, tpid: before.vlans[i]?.tpid ?? tag.tpid }))
  return { vlans, fields: after.fields }
}

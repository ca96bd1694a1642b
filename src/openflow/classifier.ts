import { at } from './fields.ts'
import type { Flow } from './flow.ts'
import type { MatchBuilder } from './match.ts'
import type { Packet } from './packet.ts'

/**
 * All flows of one OpenFlow table that ask for the same bits of a packet: one look into a hash finds those that match.
 * (Tuple space search: Srinivasan, Suri, Varghese, SIGCOMM 1999; Open vSwitch's classifier does the same.)
 */
class Tuple {
  readonly flows: Flow[] = []
  maxPriority = -1
  private readonly words: Int32Array
  private readonly masks: Int32Array
  private values: Int32Array
  /**
   * Which of the words all flows ask to be the same, and which are the flow's own. Most packets are told apart by the
   * former (`ip`, `udp`), without a hash.
   */
  private common: readonly number[] = []
  private own: readonly number[] = []
  /** Slot → the first flow of its key, by priority; -1: free. Made when the first packet comes. */
  private slots = NO_SLOTS
  /** Flow → the next of the same key, of lower priority; -1: none. */
  private after = NO_SLOTS

  constructor({ words, masks, width }: MatchBuilder) {
    this.words = words.slice(0, width)
    this.masks = masks.slice(0, width)
    this.values = new Int32Array(4 * width)
  }

  asksFor({ words, masks, width }: MatchBuilder): boolean {
    if (width !== this.words.length) return false
    for (let i = 0; i < width; i++) {
      if (words[i] !== this.words[i] || masks[i] !== this.masks[i]) return false
    }
    return true
  }

  add(flow: Flow, { values, width }: MatchBuilder): void {
    const from = this.flows.length * width
    if (from + width > this.values.length) {
      const wider = new Int32Array(2 * this.values.length)
      wider.set(this.values)
      this.values = wider
    }
    for (let i = 0; i < width; i++) this.values[from + i] = values[i] ?? 0
    this.flows.push(flow)
    this.maxPriority = Math.max(this.maxPriority, flow.priority)
    this.slots = NO_SLOTS
  }

  /** The flows whose key the packet has: the highest priority first, then along `next`. */
  find(packet: Packet): number {
    if (this.slots.length === 0) this.index()
    const { words, masks, values, common, own, slots } = this
    for (let k = 0; k < common.length; k++) {
      const i = common[k] ?? 0
      if (((packet[words[i] ?? 0] ?? 0) & (masks[i] ?? 0)) !== values[i]) return -1
    }
    let hash = SEED
    for (let k = 0; k < own.length; k++) {
      const i = own[k] ?? 0
      hash = mix(hash, (packet[words[i] ?? 0] ?? 0) & (masks[i] ?? 0))
    }
    const last = slots.length - 1
    for (let slot = finish(hash) & last; ; slot = (slot + 1) & last) {
      const flow = slots[slot] ?? -1
      if (flow < 0 || this.has(flow, packet)) return flow
    }
  }

  private has(flow: number, packet: Packet): boolean {
    const { words, masks, values, own } = this
    const from = flow * words.length
    for (let k = 0; k < own.length; k++) {
      const i = own[k] ?? 0
      if (((packet[words[i] ?? 0] ?? 0) & (masks[i] ?? 0)) !== values[from + i]) return false
    }
    return true
  }

  next(flow: number): number {
    return this.after[flow] ?? -1
  }

  private index(): void {
    const size = 2 ** Math.ceil(Math.log2(2 * this.flows.length + 1))
    this.slots = new Int32Array(size).fill(-1)
    this.after = new Int32Array(this.flows.length).fill(-1)
    const places = Array.from(this.words.keys())
    this.common = places.filter((i) => this.isCommon(i))
    this.own = places.filter((i) => !this.isCommon(i))
    for (let flow = 0; flow < this.flows.length; flow++) this.place(flow)
  }

  private isCommon(i: number): boolean {
    const { values, words, flows } = this
    for (let flow = 1; flow < flows.length; flow++) if (values[flow * words.length + i] !== values[i]) return false
    return true
  }

  private place(flow: number): void {
    const { values, slots, own } = this
    const from = flow * this.words.length
    let hash = SEED
    for (let k = 0; k < own.length; k++) hash = mix(hash, values[from + (own[k] ?? 0)] ?? 0)
    const last = slots.length - 1
    for (let slot = finish(hash) & last; ; slot = (slot + 1) & last) {
      const head = slots[slot] ?? -1
      if (head < 0) {
        slots[slot] = flow
        return
      }
      if (this.sameKey(head, flow)) {
        slots[slot] = this.insert(head, flow)
        return
      }
    }
  }

  private sameKey(a: number, b: number): boolean {
    const width = this.words.length
    for (let i = 0; i < width; i++) {
      if (this.values[a * width + i] !== this.values[b * width + i]) return false
    }
    return true
  }

  private insert(head: number, flow: number): number {
    const priority = (i: number) => this.flows[i]?.priority ?? -1
    if (priority(flow) > priority(head)) {
      this.after[flow] = head
      return flow
    }
    let at = head
    for (let next = this.next(at); next >= 0 && priority(next) >= priority(flow); next = this.next(at)) at = next
    this.after[flow] = this.next(at)
    this.after[at] = flow
    return head
  }
}

const NO_SLOTS = new Int32Array(0)
const SEED = 0x9e3779b9 | 0
const mix = (hash: number, word: number) => Math.imul((hash ^ word) | 0, 0x85ebca6b) ^ (hash >>> 13)
const finish = (hash: number) => (hash ^ (hash >>> 16)) >>> 0

/** What a lookup found. */
export interface Found {
  readonly flow: Flow
  /** Another flow of the same priority that matches as well: OpenFlow leaves open which of the two is taken. */
  readonly rival?: Flow
}

/** One OpenFlow table. */
export class Table {
  private readonly tuples: Tuple[] = []
  private sorted = true

  add(flow: Flow, match: MatchBuilder): void {
    let tuple = this.tuples.find((t) => t.asksFor(match))
    if (!tuple) {
      tuple = new Tuple(match)
      this.tuples.push(tuple)
    }
    tuple.add(flow, match)
    this.sorted = false
  }

  /** All flows, in no order. */
  get flows(): readonly Flow[] {
    return this.tuples.flatMap((tuple) => tuple.flows)
  }

  /** The flow that a packet meets. `without`: flows that are taken to be gone. */
  lookup(packet: Packet, without?: ReadonlySet<Flow>): Found | undefined {
    this.sort()
    let best: Flow | undefined
    let rival: Flow | undefined
    let soft: Soft[] | undefined
    for (const tuple of this.tuples) {
      if (best && tuple.maxPriority < best.priority) break
      let i = tuple.find(packet)
      while (i >= 0 && without?.has(tuple.flows[i] as Flow)) i = tuple.next(i)
      const flow = tuple.flows[i]
      if (!flow || (best && flow.priority < best.priority)) continue
      if (flow.isConjunctive) {
        soft ??= []
        soft.push({ tuple, at: i })
      } else if (best && flow.priority === best.priority) rival = flow
      else {
        best = flow
        rival = undefined
      }
    }
    if (soft) return this.conjoin(packet, soft, best && found(best, rival), without)
    return best && found(best, rival)
  }

  /**
   * ovs-fields(7), "Conjunctive Match Fields": flows with `conjunction` together make a match, if each dimension of one
   * ID is met at one priority; then the flow for that `conj_id` is taken.
   */
  private conjoin(packet: Packet, soft: Soft[], hard: Found | undefined, without?: ReadonlySet<Flow>) {
    let best = hard
    for (;;) {
      const live = soft.filter((s) => s.at >= 0 && priorityOf(s) > (best?.flow.priority ?? -1))
      if (live.length === 0) return best
      const priority = Math.max(...live.map(priorityOf))
      const level = live.filter((s) => priorityOf(s) === priority)
      const id = completeConjunction(level.flatMap((s) => s.tuple.flows[s.at]?.conjunctions ?? []))
      const joined = id === undefined ? undefined : this.lookupJoined(packet, id, without)
      if (joined) return joined
      for (const s of level) best = lower(s, best, without)
      soft = live
    }
  }

  private lookupJoined(packet: Packet, id: number, without?: ReadonlySet<Flow>): Found | undefined {
    const own = packet[at.conjId] ?? 0
    packet[at.conjId] = id
    let best: Flow | undefined
    for (const tuple of this.tuples) {
      if (best && tuple.maxPriority <= best.priority) break
      let i = tuple.find(packet)
      while (i >= 0 && (without?.has(tuple.flows[i] as Flow) || tuple.flows[i]?.isConjunctive)) i = tuple.next(i)
      const flow = tuple.flows[i]
      if (flow && (!best || flow.priority > best.priority)) best = flow
    }
    packet[at.conjId] = own
    return best && { flow: best }
  }

  private sort(): void {
    if (this.sorted) return
    this.tuples.sort((a, b) => b.maxPriority - a.maxPriority)
    this.sorted = true
  }
}

/** A flow with `conjunction` that matches, and its place among those of the same key. */
interface Soft {
  readonly tuple: Tuple
  at: number
}
const priorityOf = (s: Soft): number => s.tuple.flows[s.at]?.priority ?? -1

/** On to the next flow of the same key: a plain one competes as any does. */
function lower(s: Soft, best: Found | undefined, without?: ReadonlySet<Flow>): Found | undefined {
  do s.at = s.tuple.next(s.at)
  while (s.at >= 0 && without?.has(s.tuple.flows[s.at] as Flow))
  const flow = s.tuple.flows[s.at]
  if (!flow || flow.isConjunctive) return best
  s.at = -1
  return best && best.flow.priority >= flow.priority ? best : { flow }
}

const found = (flow: Flow, rival: Flow | undefined): Found => (rival ? { flow, rival } : { flow })

/** `conjunction(ID, K/N)`. */
export interface Conjunction {
  readonly id: number
  /** From 1. */
  readonly dimension: number
  readonly of: number
}

function completeConjunction(clauses: readonly Conjunction[]): number | undefined {
  const met = new Map<number, Set<number>>()
  for (const { id, dimension, of } of clauses) {
    const dimensions = met.get(id) ?? new Set<number>()
    met.set(id, dimensions.add(dimension))
    if (dimensions.size === of) return id
  }
  return undefined
}

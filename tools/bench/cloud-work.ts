import { arrives, endOf, isAnswer, type Leg, leaving, legs, packetOf } from './legs.ts'
import { WORDS } from '../../src/openflow/fields.ts'
import type { Packet } from '../../src/openflow/packet.ts'
import { computeHost, type Host, networkNode } from './cloud-host.ts'
import { hostOf, partiesOf, vmsOf, vmsOfGroup } from './cloud-plan.ts'

/** What one worker does at a time: one host is read, what starts there is sent and what comes there is judged. */
export type Job =
  /** The servers of a network node answer all its VMs. */
  | { readonly kind: 'answer'; readonly group: number; readonly hosts: number }
  | { readonly kind: 'compute'; readonly host: number; readonly arriving: Batch }
  | { readonly kind: 'serve'; readonly group: number; readonly arriving: Batch }

/** Packets on the wire: VM, leg and the packet's words, one after the other. */
export type Batch = Uint32Array<ArrayBuffer>

export interface Done {
  readonly flows: number
  readonly bytes: number
  /** What left, by the host that it is for; -1: the network node. */
  readonly left: ReadonlyMap<number, Batch>
  /** The ways that were completed: VM and leg in turn. */
  readonly reached: readonly number[]
}

const answers = legs.filter(isAnswer)
const requests = legs.filter((leg) => !isAnswer(leg))

export function work(job: Job): Done {
  switch (job.kind) {
    case 'answer': {
      const node = networkNode(job.group)
      return done(node, send(node, vmsOfGroup(job.group, job.hosts), answers, hostOf), [])
    }
    case 'compute': {
      const host = computeHost(job.host)
      return done(
        host,
        send(host, vmsOf(job.host), requests, () => -1),
        receive(host, job.arriving),
      )
    }
    case 'serve':
      // Its flows were counted when it answered.
      return { flows: 0, bytes: 0, left: new Map(), reached: receive(networkNode(job.group), job.arriving) }
  }
}

const done = ({ flows, bytes }: Host, left: Done['left'], reached: readonly number[]): Done => ({
  flows,
  bytes,
  left,
  reached,
})

function send(host: Host, vms: readonly number[], ways: readonly Leg[], to: (vm: number) => number): Done['left'] {
  const left = new Map<number, number[]>()
  for (const vm of vms) {
    const parties = partiesOf(vm)
    for (const leg of ways) {
      const packet = leaving(host.bridges, host.integration, host.uplink, leg, packetOf(leg, parties))
      if (packet) append(left, to(vm), vm, leg, packet)
    }
  }
  return new Map([...left].map(([target, words]) => [target, Uint32Array.from(words)]))
}

function append(left: Map<number, number[]>, target: number, vm: number, leg: Leg, packet: Packet): void {
  const words = left.get(target) ?? []
  left.set(target, words)
  words.push(vm, legs.indexOf(leg), ...packet)
}

function receive(host: Host, arriving: Batch): readonly number[] {
  const reached: number[] = []
  for (let i = 0; i < arriving.length; i += 2 + WORDS) {
    const [vm = 0, way = 0] = arriving.subarray(i, i + 2)
    const leg = legs[way] as Leg
    const packet = arriving.subarray(i + 2, i + 2 + WORDS)
    if (arrives(host.bridges, host.integration, host.uplink, leg, packet, endOf(leg, partiesOf(vm))))
      reached.push(vm, way)
  }
  return reached
}

import { parsePacket } from '../../src/openflow/packet-text.ts'
import type { Packet } from '../../src/openflow/packet.ts'
import type { Bridge, Switch } from '../../src/openflow/bridge.ts'
import { trace } from '../../src/openflow/trace/trace.ts'
import { compare } from '../../test/oracle/agree.ts'
import { type Ovs, startOvs, whyNoOvs } from '../../test/oracle/ovs.ts'
import { switchOf, worldOf } from './bridges.ts'
import { type LargeTable, largeTable } from './large-table.ts'
import { alternately, median, medianOf, type Row } from './measure.ts'
import { type Question, questionsOf } from './packets.ts'

/** Each round asks all questions; ours so many times over, as a single time would be too short to measure. */
const ROUNDS = 15
const OVER = 10

export async function benchTracing(table: LargeTable): Promise<readonly Row[]> {
  const { world, questions } = askedOf(table)
  const bridges = switchOf(world)
  const ours = ourTraces(bridges, questions)
  ours()
  const without = whyNoOvs()
  if (without !== undefined) {
    const time = (await medianOf(ROUNDS, ours)) / OVER / questions.length
    return [
      ['one trace, all its steps', micros(time), ''],
      ['ofproto/trace', 'skipped', without],
    ]
  }
  const ovs = await startOvs()
  try {
    await ovs.apply(world)
    for (const question of questions) await mustAgree(bridges, ovs, question)
    const [a, b] = await alternately(ROUNDS, ours, () => theirTraces(ovs, questions))
    const [our, their] = [a / OVER / questions.length, b / questions.length]
    return [
      [`one trace, all its steps, ${table.flows} flows`, micros(our), `${Math.round(1000 / our)} a second`],
      ['ofproto/trace over one connection', micros(their), `${Math.round(1000 / their)} a second`],
      ['speed, as a multiple of it', `${(their / our).toFixed(1)} ×`, 'at least 5 ×'],
    ]
  } finally {
    await ovs.stop()
  }
}

/** How long a trace takes in tables of different sizes. */
export async function benchGrowth(sizes: readonly number[]): Promise<readonly Row[]> {
  const runs = sizes.map((ports) => {
    const table = largeTable(ports)
    const { world, questions } = askedOf(table)
    const work = ourTraces(switchOf(world), questions)
    work()
    return { flows: table.flows, work, per: OVER * questions.length, times: [] as number[] }
  })
  for (let i = 0; i < ROUNDS; i++) for (const run of runs) run.times.push(await medianOf(1, run.work))
  return runs.map(({ flows, times, per }) => [`one trace in ${flows} flows`, micros(median(times) / per), ''] as const)
}

const micros = (ms: number) => `${(1000 * ms).toFixed(1)} µs`

/** One network is there in full. */
function askedOf(table: LargeTable) {
  const vlan = table.members[table.members.length >> 1]?.vlan
  const present = table.members.filter((member) => member.vlan === vlan)
  const questions = present.flatMap((own, i) => {
    const neighbour = present[(i + 1) % present.length]
    return neighbour ? questionsOf(own, neighbour) : []
  })
  return { world: worldOf(table, present), questions }
}

const bridgeOf = ({ packet }: Question) => (packet.startsWith('in_port=1,') ? 'br0' : 'br-int')

function ourTraces(bridges: Switch, questions: readonly Question[]): () => void {
  const ready = questions.map((question) => ({
    bridge: bridges.get(bridgeOf(question)) as Bridge,
    packet: packetOf(question.packet),
    options: { connections: question.connections },
  }))
  return () => {
    for (let i = 0; i < OVER; i++) for (const each of ready) trace(bridges, each.bridge, each.packet, each.options)
  }
}

function packetOf(text: string): Packet {
  const parsed = parsePacket(text)
  if (!parsed.ok) throw new Error(`not understood: ${parsed.word}`)
  return parsed.packet
}

const next = ({ connections }: Question) => connections.map((states) => ['trk', ...states].join(','))

async function theirTraces(ovs: Ovs, questions: readonly Question[]): Promise<void> {
  for (const question of questions) await ovs.traceText(bridgeOf(question), question.packet, next(question))
}

/** A faster tracer that is wrong would be no faster tracer. */
async function mustAgree(bridges: Switch, ovs: Ovs, question: Question): Promise<void> {
  const [bridge, ctNext] = [bridgeOf(question), next(question)]
  const real = await ovs.trace(bridge, question.packet, ctNext)
  const { expected, got } = compare(bridges, real, { bridge, flow: question.packet, ctNext })
  if (JSON.stringify(expected) !== JSON.stringify(got)) throw new Error(`${question.name}: not what Open vSwitch says`)
}

import type { Evidence } from '../../core/answer.ts'
import { derived, fact, maybe, type Parsed, problem } from '../../core/probe.ts'
import { type Fate, fateOf, outputs } from '../../openflow/fate.ts'
import type { Flow } from '../../openflow/flow.ts'
import { type Match, matches, type Packet } from '../../openflow/partial-match.ts'
import { type ReservedCookies, reservedCookies } from '../agents/reserved-cookies.ts'
import { neutronBridges } from '../ovs/bridges.ts'
import { type AgentState, ovsAgent } from './agent-state.ts'
import { conversations, type Spoken } from './conversation.ts'
import { integrationFlows, isCookieless } from './flows.ts'
import { CANARY } from './translation.ts'

/** A flow of br-int that is not the agent's and takes a packet of this VM. */
export interface Foreign {
  readonly flow: Flow
  readonly spoken: Spoken
  readonly fate: Exclude<Fate, 'goes on'>
  /** Every such packet, not only some. */
  readonly covers: boolean
  readonly from: 'hand' | 'earlier agent' | 'other' | 'not known'
  readonly because: readonly Evidence[]
}
export interface ForeignFlows {
  /** What is worst comes first. */
  readonly hits: readonly Foreign[]
  /** The flow that shows the agent's own cookie. */
  readonly mark: Evidence
  readonly reserved?: Evidence
  /** The newest cleanup in the log is of an earlier run: the agent that runs now has not cleaned up yet. */
  readonly uncleaned?: Evidence
}

export const foreignFlows = derived({
  id: 'foreign-flows',
  needs: {
    ...{ flows: integrationFlows, bridges: neutronBridges, spoken: conversations },
    ...{ agent: ovsAgent, cookies: maybe(reservedCookies) },
  },
  derive({ flows: { flows }, bridges, spoken, agent, cookies }): Parsed<ForeignFlows> {
    const canary = flows.find((f) => f.table === CANARY)
    if (!canary) return problem("the agent's own flows are not there", 'agent 自己的流表不在')
    const listed = cookies.ok ? cookies.fact.find((c) => c.bridge === bridges.integration) : undefined
    // A line of an earlier run of the agent tells nothing of this one.
    const reserved = listed?.cookies.has(plain(canary.cookie)) ? listed : undefined
    const earlier = reserved ? undefined : listed
    const known = { mark: canary, reserved, earlier, agent }
    const suspects = flows.filter((f) => !isOwnOf(f, known) && fateOf(f) !== 'goes on')
    const hits = suspects.flatMap((flow) => spoken.flatMap((s) => hitOf(flow, s, { flows, ...known })))
    return fact({
      hits: hits.toSorted((a, b) => badness(b) - badness(a)),
      mark: canary.source,
      ...(reserved ? { reserved: reserved.source } : {}),
      ...(earlier ? { uncleaned: earlier.source } : {}),
    })
  },
})

interface Known {
  readonly mark: Flow
  readonly reserved: ReservedCookies | undefined
  /** Of an earlier run, where the log tells of no cleanup by this one. */
  readonly earlier: ReservedCookies | undefined
  readonly agent: AgentState
}

const plain = (cookie: string) => cookie.toLowerCase().replace(/^0x0+(?=.)/, '0x')

/** Whether the agent, one of its extensions, or Open vSwitch itself has written it. */
export function isOwnOf(flow: Flow, { mark, reserved }: Pick<Known, 'mark' | 'reserved'>): boolean {
  if (flow.cookie === mark.cookie || reserved?.cookies.has(plain(flow.cookie))) return true
  // An extension of the agent that answers for itself gets its packets so.
  if (!isCookieless(flow) && flow.actions.some((a) => /^controller/i.test(a))) return true
  // Open vSwitch's own flow in a standalone bridge.
  return flow.table === 0 && flow.priority === 0 && flow.match.size === 0 && flow.actions[0] === 'NORMAL'
}

function hitOf(flow: Flow, spoken: Spoken, known: Known & { readonly flows: readonly Flow[] }): readonly Foreign[] {
  const fate = fateOf(flow)
  const packet = packetIn(flow.table, spoken)
  const match = matches(flow, packet)
  // Delivered is not redirected: the firewall of an earlier run of the agent is left with its old cookie.
  if (fate === 'redirected' && (flow.table !== 0 || isDelivery(flow, spoken))) return []
  if (fate === 'goes on' || match === 'no' || isShadowed(flow, packet, known.flows)) return []
  if (!isTaken(flow, match, spoken)) return []
  const from = originOfFlow(flow, known)
  // What it left that takes only some packets is the firewall as it was: in force until this run has written its own.
  if (known.earlier && from === 'earlier agent' && match !== 'yes') return []
  const because = from === 'earlier agent' && known.agent.process ? [known.agent.process.source] : []
  return [{ flow, spoken, fate, covers: match === 'yes', from, because }]
}

const isDelivery = (flow: Flow, { own }: Spoken) => outputs(flow).some((port) => own.get('in_port')?.has(port))

/** All packets enter table 0. Of another table only its counter shows that it is reached, and only by whom it names. */
function isTaken(flow: Flow, match: Match, { own }: Spoken): boolean {
  if (flow.table === 0 && match === 'yes') return true
  const names = [...flow.match].some(([key, value]) => own.get(key)?.has(value.replace(/^"(.*)"$/, '$1')))
  return names && (flow.packets ?? 0) > 0
}

const FIREWALL = 71

/** What is known of the packet by the time it is in a table. */
function packetIn(table: number, { packet, registers, localVlan }: Spoken): Packet {
  const registersNow =
    table === 0
      ? [['reg5', '0'] as const, ['reg6', '0'] as const]
      : table >= FIREWALL
        ? [...registers]
        : ([] as (readonly [string, string])[])
  const { vlan, ...rest } = packet
  const tagged = table === 0 ? vlan : table < FIREWALL ? (vlan === 'untagged' ? vlan : localVlan) : undefined
  return {
    ...rest,
    ...(tagged === undefined ? {} : { vlan: tagged }),
    fields: new Map([...packet.fields, ...registersNow]),
  }
}

const isShadowed = (flow: Flow, packet: Packet, flows: readonly Flow[]) =>
  flows.some((f) => f.table === flow.table && f.priority > flow.priority && matches(f, packet) === 'yes')

/** Younger than this, an agent has not cleaned up yet what it has found. Seconds. */
const SETTLING = 120

function originOfFlow(flow: Flow, { reserved, earlier, agent }: Known): Foreign['from'] {
  if (isCookieless(flow)) return 'hand'
  if (earlier?.cookies.has(plain(flow.cookie))) return 'earlier agent'
  const age = agent.process?.age
  if (!reserved || (age !== undefined && age < SETTLING)) return 'not known'
  return age !== undefined && (flow.duration ?? 0) > age ? 'earlier agent' : 'other'
}

const badness = ({ from, covers, fate, flow, spoken }: Foreign) =>
  (covers ? 32 : 0) +
  (from === 'hand' ? 16 : from === 'not known' ? 0 : 8) +
  (fate === 'dropped' ? 4 : 0) +
  ((flow.packets ?? 0) > 0 ? 2 : 0) +
  (spoken.conversation ? 1 : 0)

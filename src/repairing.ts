import { API } from './core/answer.ts'
import type { Diagnosis } from './core/diagnosis.ts'
import { type Say, say } from './core/lang.ts'
import { type Gap, gapsOf, isGatewayThere, isLost, isServed } from './core/experiment.ts'
import { dhcpAgentsPath, switchAgentsPath } from './core/paths.ts'
import type { Needs, Parsed } from './core/probe.ts'
import type { Plan, Proof, Snapshot } from './core/repair.ts'
import { isRecord } from './core/scan.ts'
import type { Bench, Transport } from './core/transport.ts'
import { diagnose, type Outcome } from './app.ts'
import { causes } from './causes/index.gen.ts'
import { resolveSubject } from './cloud/resolve.ts'
import { collect } from './engine/collect.ts'
import { judge } from './engine/judge.ts'
import { experimentNeeds } from './experiments/prepare.ts'
import { prove, type Proving } from './proving.ts'
import { operationOf } from './repair/catalogue/catalogue.ts'
import { membersOf } from './repair/catalogue/api/reply.ts'
import type { Operation } from './repair/catalogue/operation.ts'
import type { Checked } from './repair/hands.ts'
import { lookAt } from './repair/look.ts'
import { makePlan, type Wishes } from './repair/plan.ts'

export { carryOut, undone } from './repair/carry-out.ts'
export type { Ending } from './repair/conclude.ts'
export { RepairError } from './repair/error.ts'
export { type Fences, noFences } from './repair/fences.ts'
export type { Hands } from './repair/hands.ts'
export { type Journal, openJournal, readJournal, usualJournal } from './repair/journal/journal.ts'
export { isStanding, storiesOf, type Story, storyBegun, storyOf } from './repair/journal/story.ts'
export { closedNow, days } from './repair/windows.ts'
export { ACT_SECONDS, repairSudoers } from './repair/privileges.ts'
export type { Wishes } from './repair/plan.ts'

/** A transport for one look at the cloud: what was answered once is not believed a second time. */
export type Open = () => Bench

/** How packets are sent at one look at the cloud. */
export type Sending = (bench: Bench) => Proving

export type Planned =
  | { readonly kind: 'plan'; readonly plan: Plan; readonly diagnosis: Diagnosis }
  | Exclude<Outcome, { kind: 'diagnosis' | 'planned' }>

/** Diagnoses a VM and plans its repair. Changes nothing. `sending`: packets tell more where reading is certain of nothing. */
export async function planRepair(
  id: string,
  vm: string,
  { wishes, sending }: { readonly wishes: Wishes; readonly sending?: Sending | undefined },
  open: Open,
): Promise<Planned> {
  const read = await planBy(id, vm, wishes, open)
  const isSettled = read.kind !== 'plan' || read.plan.causes.some(({ sure }) => sure === 'certain')
  return isSettled || !sending ? read : planBy(id, vm, wishes, open, sending)
}

async function planBy(id: string, vm: string, wishes: Wishes, open: Open, sending?: Sending): Promise<Planned> {
  const outcome = await diagnosed(vm, open, sending)
  if (outcome.kind === 'planned')
    throw new Error('a repair is planned from what was found, not from what would be sent')
  if (outcome.kind !== 'diagnosis') return outcome
  const { diagnosis } = outcome
  const plan = await using(open, async (transport) => {
    const [agentsAway, dhcpAgent] = await Promise.all([allAgentsAway(transport), idlestDhcpAgent(transport)])
    const known = { ...(agentsAway ? { agentsAway } : {}), ...(dhcpAgent === undefined ? {} : { dhcpAgent }) }
    const made = await makePlan(id, diagnosis, { ...wishes, ...known }, (operation, host) =>
      lookAt(operation, host, transport),
    )
    return { ...made, ...(diagnosis.experiments.length > 0 ? { byPackets: true as const } : {}) }
  })
  return { kind: 'plan', plan, diagnosis }
}

/** The request that an `openstack …` command of the catalogue stands for. */
export const apiChangeOf = (run: readonly string[]) => operationOf(run)?.change

/** What is there now for an operation to change. */
export const lookNow = (
  operation: Pick<Operation, 'looks' | 'state'>,
  host: string,
  open: Open,
): Promise<Parsed<string>> => using(open, (transport) => lookAt(operation, host, transport))

/** What a cause's own check says of a host now: by what is read, and by packets where those are sent. */
export async function checkCause(
  id: string,
  { host, port }: { readonly host: string; readonly port: string },
  open: Open,
  sending?: Sending,
): Promise<Checked> {
  const cause = causes.find((each) => each.id === id)
  if (!cause) return { is: 'unknown', says: say(`no cause ${id}`, `没有名为 ${id} 的原因`) }
  return using(open, async (bench) => {
    const resolution = await resolveSubject(port, bench)
    if (resolution.kind !== 'subject') return { is: 'unknown', says: say('the port was not found', '找不到该端口') }
    const { subject } = resolution
    const needs = Object.values(cause.needs as Needs)
    const facts = await collect(subject, [...needs, ...(sending ? experimentNeeds : [])], bench)
    if (sending) await prove({ subject, facts }, [], sending(bench))
    const verdict = judge(cause, { subject, host }, facts)
    if (verdict.is === 'unknown') return { is: 'unknown', says: verdict.missing }
    if (verdict.is === 'ruled out') return { is: 'ruled out', says: say('ruled out', '已排除') }
    const { en, zh } = cause.words
    return { is: 'found', says: say(en.says(verdict.detail), zh.says(verdict.detail)) }
  })
}

/** Sends packets as the VM, as `diagnose --prove` does. */
export async function proveNow(port: string, open: Open, sending: Sending): Promise<Proof> {
  const outcome = await diagnosed(port, open, sending)
  const made = outcome.kind === 'diagnosis' ? outcome.diagnosis.experiments : []
  const asTheVm = made.find((e) => e.id === 'as-the-vm')
  if (asTheVm && isServed(asTheVm))
    return {
      is: 'served',
      says: say('Packets sent as the VM are answered.', '以虚拟机身份发送的报文得到了应答。'),
    }
  const there = isGatewayThere(made)
  const [gap] = asTheVm && isLost(asTheVm, there) ? gapsOf(asTheVm, there) : []
  if (gap) return { is: 'lost', says: lostWords(gap) }
  return {
    is: 'unknown',
    says: say('Packets sent as the VM do not tell whether it is served.', '以虚拟机身份发送的报文无法说明它是否恢复。'),
  }
}

const lostWords = ({ trip, before }: Gap): Say => {
  const what = trip.conversation.toUpperCase()
  const where = `${before.host} ${before.devices.join('/')}`
  return trip.direction === 'request'
    ? say(
        `Packets sent as the VM are lost: its ${what} request does not reach ${where}.`,
        `以虚拟机身份发送的报文丢失：${what} 请求没有到达 ${where}。`,
      )
    : say(
        `Packets sent as the VM are lost: the ${what} reply does not reach ${where}.`,
        `以虚拟机身份发送的报文丢失：${what} 应答没有到达 ${where}。`,
      )
}

/** The whole diagnosis, as short as a journal keeps it. */
export async function snapshotNow(port: string, open: Open, sending?: Sending): Promise<Snapshot> {
  const outcome = await diagnosed(port, open, sending)
  return outcome.kind === 'diagnosis' ? snapshotOf(outcome.diagnosis) : { verdict: 'undetermined', causes: [] }
}

export const snapshotOf = ({ verdict, causes: found }: Diagnosis): Snapshot => ({
  verdict,
  causes: found.map(({ cause, host }) => `${cause.id} on ${host}`),
})

/** By what is read, and by packets where those are sent. */
const diagnosed = (vm: string, open: Open, sending: Sending | undefined): Promise<Outcome> =>
  using(open, (bench) => diagnose({ vm }, bench, sending ? { proving: sending(bench) } : {}))

async function using<T>(open: Open, work: (bench: Bench) => Promise<T>): Promise<T> {
  const transport = open()
  try {
    return await work(transport)
  } finally {
    await transport.close()
  }
}

/**
 * An agent that starts while RabbitMQ or neutron-server is down cannot read its ports; old releases lose flows by it.
 * Silence of every agent is how that looks from outside; an API that tells nothing of agents tells nothing of it.
 */
async function allAgentsAway(transport: Transport): Promise<Say | undefined> {
  const list = await agentsAt(switchAgentsPath(), transport)
  if (list.length === 0 || list.some(({ alive }) => alive !== false)) return undefined
  return say(
    'Neutron hears none of its agents: RabbitMQ or neutron-server is down, and an agent that starts now finds no ports.',
    'Neutron 收不到任何 agent 的心跳：RabbitMQ 或 neutron-server 异常，此时启动 agent 取不到端口信息。',
  )
}

/** The DHCP agent that is alive and has the fewest networks. */
async function idlestDhcpAgent(transport: Transport): Promise<string | undefined> {
  const list = await agentsAt(dhcpAgentsPath(), transport)
  const able = list.filter(({ alive, admin_state_up: up }) => alive === true && up === true)
  const [idlest] = able.toSorted((a, b) => networksOf(a) - networksOf(b))
  return typeof idlest?.id === 'string' ? idlest.id : undefined
}
const networksOf = ({ configurations }: Readonly<Record<string, unknown>>) =>
  isRecord(configurations) && typeof configurations.networks === 'number' ? configurations.networks : 0

async function agentsAt(path: string, transport: Transport): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const [answer] = await transport.ask([{ host: API, argv: ['GET', 'network', path] }])
  return membersOf(answer?.stdout ?? '', 'agents') ?? []
}

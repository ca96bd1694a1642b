import { API } from './core/answer.ts'
import type { Diagnosis } from './core/diagnosis.ts'
import { type Say, say } from './core/lang.ts'
import { switchAgentsPath } from './core/paths.ts'
import type { Needs } from './core/probe.ts'
import type { Plan, Snapshot } from './core/repair.ts'
import { isRecord, json } from './core/scan.ts'
import type { Transport } from './core/transport.ts'
import { diagnose, type Outcome } from './app.ts'
import { causes } from './causes/index.gen.ts'
import { resolveSubject } from './cloud/resolve.ts'
import { collect } from './engine/collect.ts'
import { judge } from './engine/judge.ts'
import type { Checked } from './repair/hands.ts'
import { lookAt } from './repair/look.ts'
import { makePlan, type Wishes } from './repair/plan.ts'

export { carryOut, type Ending, undone } from './repair/carry-out.ts'
export { RepairError } from './repair/error.ts'
export { type Fences, noFences } from './repair/fences.ts'
export type { Hands } from './repair/hands.ts'
export { type Journal, openJournal, readJournal, usualJournal } from './repair/journal/journal.ts'
export { storiesOf, type Story, storyOf } from './repair/journal/story.ts'
export { ACT_SECONDS, repairSudoers } from './repair/privileges.ts'
export { lookAt } from './repair/look.ts'
export type { Wishes } from './repair/plan.ts'

/** A transport for one look at the cloud: what was answered once is not believed a second time. */
export type Open = () => Transport

export type Planned =
  | { readonly kind: 'plan'; readonly plan: Plan; readonly diagnosis: Diagnosis }
  | Exclude<Outcome, { kind: 'diagnosis' | 'planned' }>

/** Diagnoses a VM and plans its repair. Changes nothing. */
export async function planRepair(id: string, vm: string, wishes: Wishes, open: Open): Promise<Planned> {
  const outcome = await using(open, (transport) => diagnose({ vm }, transport))
  if (outcome.kind === 'planned') throw new Error('a diagnosis that only reads has nothing to plan')
  if (outcome.kind !== 'diagnosis') return outcome
  const { diagnosis } = outcome
  const plan = await using(open, async (transport) => {
    const agentsAway = await allAgentsAway(transport)
    return makePlan(id, diagnosis, { ...wishes, ...(agentsAway ? { agentsAway } : {}) }, (operation, host) =>
      lookAt(operation, host, transport),
    )
  })
  return { kind: 'plan', plan, diagnosis }
}

/** What a cause's own check says of a host now. */
export async function checkCause(id: string, host: string, port: string, open: Open): Promise<Checked> {
  const cause = causes.find((each) => each.id === id)
  if (!cause) return { is: 'unknown', says: say(`no cause ${id}`, `没有名为 ${id} 的原因`) }
  return using(open, async (transport) => {
    const resolution = await resolveSubject(port, transport)
    if (resolution.kind !== 'subject') return { is: 'unknown', says: say('the port was not found', '找不到该端口') }
    const { subject } = resolution
    const facts = await collect(subject, Object.values(cause.needs as Needs), transport)
    const verdict = judge(cause, { subject, host }, facts)
    if (verdict.is === 'unknown') return { is: 'unknown', says: verdict.missing }
    if (verdict.is === 'ruled out') return { is: 'ruled out', says: say('ruled out', '已排除') }
    const { en, zh } = cause.words
    return { is: 'found', says: say(en.says(verdict.detail), zh.says(verdict.detail)) }
  })
}

/** The whole diagnosis, as short as a journal keeps it. */
export async function snapshotNow(port: string, open: Open): Promise<Snapshot> {
  const outcome = await using(open, (transport) => diagnose({ vm: port }, transport))
  return outcome.kind === 'diagnosis' ? snapshotOf(outcome.diagnosis) : { verdict: 'undetermined', causes: [] }
}

export const snapshotOf = ({ verdict, causes: found }: Diagnosis): Snapshot => ({
  verdict,
  causes: found.map(({ cause, host }) => `${cause.id} on ${host}`),
})

async function using<T>(open: Open, work: (transport: Transport) => Promise<T>): Promise<T> {
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
  const [answer] = await transport.ask([{ host: API, argv: ['GET', 'network', switchAgentsPath()] }])
  const body = json(answer?.stdout ?? '')
  const list = isRecord(body) && Array.isArray(body.agents) ? body.agents.filter(isRecord) : []
  if (list.length === 0 || list.some(({ alive }) => alive !== false)) return undefined
  return say(
    'Neutron hears none of its agents: RabbitMQ or neutron-server is down, and an agent that starts now finds no ports.',
    'Neutron 收不到任何 agent 的心跳：RabbitMQ 或 neutron-server 异常，此时启动 agent 取不到端口信息。',
  )
}

import { randomBytes } from 'node:crypto'
import { say } from '../core/lang.ts'
import type { Plan } from '../core/repair.ts'
import { type Risk, risks } from '../core/step.ts'
import { penFor } from '../report/pen.ts'
import { renderEnding } from '../report/repair/ending.ts'
import { renderPlan } from '../report/repair/plan.ts'
import { fixPlanToJson, snapshotJson } from '../report/repair/schema.ts'
import {
  carryOut,
  closedNow,
  type Ending,
  type Journal,
  planRepair,
  RepairError,
  snapshotOf,
  storyBegun,
  storiesOf,
  type Sending,
  type Story,
  storyOf,
  type Wishes,
} from '../repairing.ts'
import { consents, eachStep, requireConsent } from './consent.ts'
import { UsageError } from './errors.ts'
import { readFences } from './fences.ts'
import { localeOf } from './language.ts'
import { provingOf } from './prove.ts'
import { journalled, openingLive, type RepairOptions, withHands } from './repair-reach.ts'
import { listWidth, terminalOf } from './terminal.ts'
import { tellUnresolved } from './unresolved.ts'

export interface FixOptions extends RepairOptions {
  readonly dryRun?: boolean
  readonly json?: boolean
  readonly maxRisk?: keyof typeof riskOf
  readonly likely?: boolean
  readonly use?: number
  readonly nic?: string
  readonly bridge?: string
  readonly keep?: boolean
  readonly prove?: boolean
  readonly resume?: string | true
}

/** Short names of the risks, as one types them. */
export const riskOf = {
  none: 'none',
  port: 'blips this port',
  service: 'restarts a service',
  host: "blips this host's ports",
} as const satisfies Record<string, Risk>

/** Diagnoses, plans, asks, repairs. Returns the exit status. */
export async function fix(vm: string | undefined, options: FixOptions): Promise<number> {
  if (vm === undefined) throw new UsageError(say('Name a VM.', '请指定虚拟机。'))
  requireRisk(options)
  if (!options.dryRun) requireConsent(options)
  const id = randomBytes(4).toString('hex')
  const sending = options.prove && !options.dryRun ? sendingOf(options) : undefined
  const planned = await planRepair(id, vm, { wishes: wishesOf(options), sending }, openingLive(options))
  if (planned.kind !== 'plan') return tellUnresolved(planned)
  const { plan, diagnosis } = planned
  if (!options.json) print(renderPlan(plan, penOf()))
  const isOver = options.dryRun === true || plan.causes.length === 0
  if (isOver || !(plan.steps.length === 0 || (await consents(options, goAhead)))) {
    if (options.json) printJson(plan, undefined)
    return diagnosis.verdict === 'healthy' ? 0 : diagnosis.verdict === 'broken' ? 1 : 3
  }
  return journalled(options, async (journal) => {
    requireNothingOpen(journal, plan)
    const found = snapshotOf(diagnosis)
    if (plan.steps.length > 0) return finish(storyBegun(id, plan, found), journal, options, true)
    await journal.write(id, { event: 'planned', plan, found })
    if (options.json) printJson(plan, undefined)
    else print(localeOf(process.argv).t(byHand(id).en, byHand(id).zh))
    return 1
  })
}

/** Goes on with a repair that the journal has begun. Returns the exit status. */
export async function resume(which: string | true, options: FixOptions): Promise<number> {
  requireRisk(options)
  requireConsent(options)
  const closed = closedNow(readFences().windows, new Date())
  if (closed) throw new RepairError(closed)
  return journalled(options, async (journal) => {
    const story =
      which === true ? storiesOf(journal.entries).findLast((s) => !s.outcome) : storyOf(journal.entries, which)
    if (!story) throw new RepairError(say('The journal has no unfinished repair.', '日志中没有未完成的修复。'))
    if (story.outcome) throw new RepairError(say(`Repair ${story.id} has ended.`, `修复 ${story.id} 已经结束。`))
    requireAllowed(story.plan, options)
    if (!options.json) print(renderPlan(story.plan, penOf()))
    if (story.plan.steps.length > 0 && !(await consents(options, goAhead))) return 1
    return finish(story, journal, options, false)
  })
}

/** Carries out under the lock, and tells how it ended. */
async function finish(story: Story, journal: Journal, options: FixOptions, isNew: boolean): Promise<number> {
  const { plan, found } = story
  const ending = await withHands(plan, journal, { options, agrees: eachStep(options) }, async (hands) => {
    if (isNew) await hands.journal.write({ event: 'planned', plan, found })
    return carryOut(story, hands, { keep: options.keep === true })
  })
  if (options.json) printJson(plan, { story, ending })
  else print(`\n${renderEnding({ ...ending, before: found, after: ending.found }, penOf())}`)
  return ending.outcome === 'fixed' && ending.found.verdict !== 'broken' ? 0 : 1
}

/** A repair that nobody saw the end of is ended first. */
function requireNothingOpen(journal: Journal, { host }: Plan): void {
  const open = storiesOf(journal.entries).find(
    (s) => !s.outcome && s.plan.host === host && s.steps.some(({ progress }) => progress !== 'waiting'),
  )
  if (!open) return
  throw new RepairError(
    say(
      `Repair ${open.id} on ${host} was interrupted: oldhand fix --resume ${open.id}, or oldhand undo ${open.id}, first.`,
      `${host} 上的修复 ${open.id} 被中断：请先 oldhand fix --resume ${open.id} 或 oldhand undo ${open.id}。`,
    ),
  )
}

function requireRisk({ yes, maxRisk }: FixOptions): void {
  if (!yes || maxRisk !== undefined) return
  throw new UsageError(
    say(
      '--yes needs --max-risk: none, port, service or host.',
      '--yes 需要同时给出 --max-risk：none、port、service 或 host。',
    ),
  )
}

/** A plan that was made under another limit is not carried out above this one. */
function requireAllowed({ id, steps }: Plan, { maxRisk }: FixOptions): void {
  const above = steps.find(({ risk }) => risks.indexOf(risk) > risks.indexOf(riskOf[maxRisk ?? 'host']))
  if (!above) return
  throw new RepairError(
    say(`Repair ${id} has a step above the risk that is allowed.`, `修复 ${id} 中有超出允许风险的步骤。`),
  )
}

const wishesOf = (options: FixOptions): Wishes => ({
  likely: options.likely === true,
  maxRisk: riskOf[options.maxRisk ?? 'host'],
  fences: readFences(),
  prove: options.prove === true,
  ...(options.use === undefined ? {} : { use: options.use }),
  ...(options.nic === undefined ? {} : { nic: options.nic }),
  ...(options.bridge === undefined ? {} : { bridge: options.bridge }),
})

/** Which packets, is shown and asked before they are sent. */
const sendingOf =
  ({ yes }: FixOptions): Sending =>
  (bench) =>
    provingOf({ yes: yes === true }, bench)

const penOf = () => penFor(terminalOf(listWidth))
const print = (text: string) => void process.stdout.write(`${text}\n`)

function printJson(plan: Plan, ended: { readonly story: Story; readonly ending: Ending } | undefined): void {
  const { lang } = localeOf(process.argv)
  const result = ended && {
    ...{ outcome: ended.ending.outcome, why: ended.ending.why[lang] },
    ...{ before: snapshotJson(ended.story.found), after: snapshotJson(ended.ending.found) },
  }
  print(JSON.stringify(fixPlanToJson(plan, lang, result ?? null), null, 2))
}

const goAhead = say('Carry this plan out?', '执行这个计划？')
const byHand = (id: string) =>
  say(`When it is done: oldhand fix --resume ${id} (it verifies).`, `处理完后：oldhand fix --resume ${id}（会复查）。`)

import { setTimeout as sleep } from 'node:timers/promises'
import { API } from '../core/answer.ts'
import { type Say, say } from '../core/lang.ts'
import type { RepairStep } from '../core/repair.ts'
import { inspect, make, moveOf } from './act.ts'
import type { Operation } from './catalogue/operation.ts'
import { close, concluded, type Ending } from './conclude.ts'
import type { Checked, Hands } from './hands.ts'
import type { Story } from './journal/story.ts'
import { storyNow } from './now.ts'
import { takeBack } from './take-back.ts'
import { stepWords, unreadWords } from './words.ts'

/**
 * Carries a planned repair out, or the rest of one that was interrupted: each step is proved by the checks of its causes
 * before the next one begins. What did not help is taken back, unless it is to be kept.
 */
export async function carryOut(story: Story, hands: Hands, { keep }: { readonly keep: boolean }): Promise<Ending> {
  if (story.plan.steps.length === 0) return byHand(story, hands)
  for (const [index, step] of story.plan.steps.entries()) {
    const reached = await reach(step, index, story, hands)
    if (reached?.is === 'stopped') return close(hands, 'stopped', reached.why)
    const fault = reached?.why ?? (await prove(step, index, story, hands))
    if (fault !== undefined) return didNotHelp(fault, story, hands, keep)
  }
  const ending = await concluded(story, hands)
  return 'lost' in ending ? didNotHelp(ending.lost, story, hands, keep) : ending
}

/** What a person was to do: the checks tell whether it was done. */
async function byHand(story: Story, hands: Hands): Promise<Ending> {
  for (const { id, host } of story.plan.causes) {
    const { is, says } = await hands.check(id, host)
    if (is !== 'ruled out') return { outcome: 'stopped', why: stillThere(id, says), found: await hands.diagnose() }
  }
  const ending = await concluded(story, hands)
  return 'lost' in ending ? { outcome: 'stopped', why: ending.lost, found: await hands.diagnose() } : ending
}

async function didNotHelp(fault: Say, { id }: Story, hands: Hands, keep: boolean): Promise<Ending> {
  if (keep)
    return close(hands, 'kept', say(`It did not help, and is kept: ${fault.en}`, `没有效果，已按要求保留：${fault.zh}`))
  hands.tell(say(`It did not help: ${fault.en} Taking it back.`, `没有效果：${fault.zh} 正在撤销。`))
  return undone(hands, id, say(`It did not help: ${fault.en}`, `没有效果：${fault.zh}`))
}

/** Takes back all that a repair has done, newest first. */
export async function undone(hands: Hands, id: string, why: Say): Promise<Ending> {
  const stopped = await takeBack(storyNow(hands, id), hands)
  return stopped ? close(hands, 'stopped', stopped) : close(hands, 'undone', why)
}

/** Why a step was not done: a person has to look, or the steps before it did not bring what it needs. */
interface NotDone {
  readonly is: 'stopped' | 'no use'
  readonly why: Say
}
const stop = (why: Say): NotDone => ({ is: 'stopped', why })

/** Sees that a step is done. Returns why it is not, where it is not. */
async function reach(step: RepairStep, index: number, story: Story, hands: Hands): Promise<NotDone | undefined> {
  let progress = story.steps[index]?.progress ?? 'waiting'
  const move = moveOf(step, index, 'do', step.run, step.before)
  if (progress === 'unknown') {
    const outcome = await inspect(move, hands)
    progress = outcome === 'not done' ? 'waiting' : outcome
  }
  if (progress === 'done') return undefined
  if (progress !== 'waiting') return stop(half(step))
  const missing = await missingFor(move.operation, story, hands)
  if (missing) return { is: 'no use', why: missing }
  const now = await hands.look(move.operation, step.on)
  if (!now.ok) return stop(unreadWords(now.problem))
  if (now.fact !== step.before) return stop(changed(step, now.fact))
  if (!(await hands.agrees(step))) return stop(say('The operator did not agree.', '操作人未同意。'))
  hands.tell(stepWords(step.on, step.run))
  return (await make(move, hands)) === 'not done' ? stop(didNotTake(step, hands)) : undefined
}

/** What an operation needs and is still not there when every step before it has had its time. */
async function missingFor({ needs }: Operation, { plan }: Story, hands: Hands): Promise<Say | undefined> {
  if (!needs) return undefined
  const until = Date.now() + Math.max(...plan.steps.map(hands.patience.forMs))
  for (;;) {
    const there = await hands.look(needs, API)
    if (there.ok) return undefined
    if (Date.now() > until) return there.problem
    await sleep(hands.patience.everyMs)
  }
}

/** Repeats the checks until each cause is ruled out; else says what they still see. */
async function prove(step: RepairStep, index: number, { plan }: Story, hands: Hands): Promise<Say | undefined> {
  const until = Date.now() + hands.patience.forMs(step)
  for (const cause of step.causes) {
    // Of a cause of the cloud that is another than where the step is taken.
    const host = plan.causes.find(({ id }) => id === cause)?.host ?? step.on
    const checked = await patiently(cause, host, hands, until)
    await hands.journal.write({ event: 'checked', step: index, cause, is: checked.is, says: checked.says })
    if (checked.is === 'unknown')
      return say(`${cause} could not be checked: ${checked.says.en}.`, `${cause} 无法复查：${checked.says.zh}。`)
    if (checked.is === 'found') return stillThere(cause, checked.says)
    hands.tell(say(`${cause} is ruled out now (${host})`, `${cause} 已排除（${host}）`))
  }
  return undefined
}

async function patiently(cause: string, host: string, hands: Hands, until: number): Promise<Checked> {
  for (;;) {
    const checked = await hands.check(cause, host)
    if (checked.is === 'ruled out' || Date.now() > until) return checked
    await sleep(hands.patience.everyMs)
  }
}

const stillThere = (cause: string, says: Say) =>
  say(`${cause} is still found: ${says.en}`, `${cause} 仍然存在：${says.zh}`)

function didNotTake(step: RepairStep, { journal }: Hands): Say {
  const last = journal.entries.at(-1)
  const words = last?.event === 'ended' ? last.words : ''
  return say(
    `The command on ${step.on} changed nothing: ${words || 'it said nothing'}. Does the login have the rights (oldhand sudoers --repair)?`,
    `${step.on} 上的命令没有生效：${words || '没有输出'}。登录用户有权限吗（oldhand sudoers --repair）？`,
  )
}

const changed = (step: RepairStep, now: string) =>
  say(
    `Changed since the plan was made: ${step.touches.en} on ${step.on}. It was "${shown(step.before).en}" and is "${shown(now).en}". Nothing was done; plan again.`,
    `计划之后状态已变化：${step.on} 上的${step.touches.zh}。原为 "${shown(step.before).zh}"，现为 "${shown(now).zh}"。未做任何修改，请重新生成计划。`,
  )
const shown = (state: string): Say => (state === '' ? say('nothing', '无') : say(state, state))
const half = (step: RepairStep) =>
  say(
    `What is there on ${step.on} (${step.touches.en}) is neither what was there before the step nor what it makes: look at it yourself, or take it back with oldhand undo.`,
    `${step.on} 上的${step.touches.zh}既不是修改前的状态，也不是修改后的状态：请人工确认，或用 oldhand undo 撤销。`,
  )

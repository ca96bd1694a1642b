import { setTimeout as sleep } from 'node:timers/promises'
import { API } from '../core/answer.ts'
import { type Say, say } from '../core/lang.ts'
import type { RepairStep } from '../core/repair.ts'
import { inspect, make, type Move, moveOf } from './act.ts'
import type { Operation } from './catalogue/operation.ts'
import type { Hands } from './hands.ts'
import type { Story } from './journal/story.ts'
import { stepWords, unreadWords } from './words.ts'

/** Why a step was not done: a person has to look, or the steps before it did not bring what it needs. */
export interface NotDone {
  readonly is: 'stopped' | 'no use'
  readonly why: Say
}
const stop = (why: Say): NotDone => ({ is: 'stopped', why })

/** Sees that a step is done. Returns why it is not, where it is not. */
export async function reach(step: RepairStep, index: number, story: Story, hands: Hands): Promise<NotDone | undefined> {
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
  if (now.fact !== step.before)
    return cameAbout(move, index, now.fact) ? noteThat(move, now.fact, hands) : stop(changed(step, now.fact))
  if (!(await hands.agrees(step))) return stop(say('The operator did not agree.', '操作人未同意。'))
  hands.tell(stepWords(step.on, step.run))
  return (await make(move, hands)) === 'not done' ? stop(didNotTake(step, hands)) : undefined
}

/** An agent that was started may have done by itself what was to be the next step; nothing is to be taken back then. */
const cameAbout = ({ operation, before }: Move, index: number, now: string) =>
  index > 0 && operation.undo(before) === undefined && operation.isDone(now, before)

async function noteThat({ index: step, doing }: Move, now: string, { journal }: Hands): Promise<undefined> {
  const words = 'the steps before have brought it about'
  await journal.write({ event: 'ended', step, doing, outcome: 'done', exit: null, words, now })
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

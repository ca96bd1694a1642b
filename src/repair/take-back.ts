import { type Say, say } from '../core/lang.ts'
import type { RepairStep } from '../core/repair.ts'
import { inspect, make, type Move, moveOf } from './act.ts'
import type { Hands } from './hands.ts'
import { isStanding, type StepStory, type Story } from './journal/story.ts'
import { stepWords, unreadWords } from './words.ts'

/**
 * Takes the steps of a repair back, newest first, and then does again what only reads anew. Returns why it had to stop,
 * where it had to.
 */
export async function takeBack(story: Story, hands: Hands): Promise<Say | undefined> {
  const newest = [...story.plan.steps.entries()].toReversed()
  for (const [index, step] of [...newest.filter(([, s]) => !isAgain(s)), ...newest.filter(([, s]) => isAgain(s))]) {
    const told = story.steps[index]
    if (!isStanding(told)) continue
    const stopped = isAgain(step) ? await again(step, index, hands) : await takeBackStep(step, index, told, hands)
    if (stopped) return stopped
  }
  return undefined
}

const isAgain = ({ run, undo }: RepairStep) => undo?.join(' ') === run.join(' ')

/** The restart of a service that has read what was there in between. */
async function again(step: RepairStep, index: number, hands: Hands): Promise<Say | undefined> {
  const move = moveOf(step, index, 'undo', step.run, '')
  const now = await hands.look(move.operation, step.on)
  if (!now.ok) return unreadWords(now.problem)
  hands.tell(stepWords(step.on, step.run))
  return (await make({ ...move, before: now.fact }, hands)) === 'done' ? undefined : undoFailed(step)
}

async function takeBackStep(step: RepairStep, index: number, told: StepStory, hands: Hands): Promise<Say | undefined> {
  let after = told.after
  if (told.progress === 'unknown') {
    const outcome = await inspect(moveOf(step, index, 'do', step.run, step.before), hands)
    if (outcome === 'not done') return undefined
    after = undefined
  }
  if (!step.undo) return nothingToTakeBack(step, index, hands)
  return undoMove(moveOf(step, index, 'undo', step.undo, after ?? step.before), { step, after }, hands)
}

async function undoMove(
  move: Move,
  { step, after }: { readonly step: RepairStep; readonly after: string | undefined },
  hands: Hands,
): Promise<Say | undefined> {
  const now = await hands.look(move.operation, step.on)
  if (!now.ok) return unreadWords(now.problem)
  if (now.fact === step.before || move.operation.isDone(now.fact, move.before)) {
    const words = 'was taken back already'
    await hands.journal.write({ event: 'ended', step: move.index, doing: 'undo', outcome: 'done', exit: null, words })
    return undefined
  }
  if (after !== undefined && now.fact !== after) return changedSince(step, after, now.fact)
  hands.tell(stepWords(step.on, move.run))
  const outcome = await make({ ...move, before: now.fact }, hands)
  return outcome === 'done' ? undefined : undoFailed(step)
}

const undoFailed = (step: RepairStep) =>
  say(`The undo on ${step.on} did not take: see oldhand journal.`, `${step.on} 上的撤销没有生效：见 oldhand journal。`)

async function nothingToTakeBack(step: RepairStep, index: number, hands: Hands): Promise<undefined> {
  const words = 'nothing to take back'
  hands.tell(
    say(
      `${stepWords(step.on, step.run).en}: nothing to take back`,
      `${stepWords(step.on, step.run).zh}：没有需要撤销的内容`,
    ),
  )
  await hands.journal.write({ event: 'ended', step: index, doing: 'undo', outcome: 'done', exit: null, words })
}

const changedSince = (step: RepairStep, after: string, now: string) =>
  say(
    `Changed since the repair: ${step.touches.en} on ${step.on}. The repair left "${after}", and it is "${now || 'nothing'}" now. It is left as it is.`,
    `修复之后状态又有变化：${step.on} 上的${step.touches.zh}。修复后为 "${after}"，现为 "${now || '无'}"。保持现状不动。`,
  )

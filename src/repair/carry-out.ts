import { setTimeout as sleep } from 'node:timers/promises'
import { type Say, say } from '../core/lang.ts'
import type { RepairStep } from '../core/repair.ts'
import { close, concluded, type Ending } from './conclude.ts'
import type { Checked, Hands } from './hands.ts'
import type { Story } from './journal/story.ts'
import { storyNow } from './now.ts'
import { reach } from './reach.ts'
import { takeBack } from './take-back.ts'

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
    const why = notRuledOut(id, await hands.check(id, host))
    if (why) return { outcome: 'stopped', why, found: await hands.diagnose() }
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

/** Repeats the checks until each cause is ruled out; else says what they still see. */
async function prove(step: RepairStep, index: number, { plan }: Story, hands: Hands): Promise<Say | undefined> {
  const until = Date.now() + hands.patience.forMs(step)
  for (const cause of step.causes) {
    // Of a cause of the cloud that is another than where the step is taken.
    const host = plan.causes.find(({ id }) => id === cause)?.host ?? step.on
    const checked = await patiently(cause, host, hands, until)
    await hands.journal.write({ event: 'checked', step: index, cause, is: checked.is, says: checked.says })
    const why = notRuledOut(cause, checked)
    if (why) return why
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

function notRuledOut(cause: string, { is, says }: Checked): Say | undefined {
  if (is === 'unknown') return say(`${cause} could not be checked: ${says.en}.`, `${cause} 无法复查：${says.zh}。`)
  return is === 'found' ? say(`${cause} is still found: ${says.en}`, `${cause} 仍然存在：${says.zh}`) : undefined
}

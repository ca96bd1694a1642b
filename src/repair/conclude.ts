import { setTimeout as sleep } from 'node:timers/promises'
import { type Say, say } from '../core/lang.ts'
import type { Proof, RepairOutcome, Snapshot } from '../core/repair.ts'
import type { Hands } from './hands.ts'
import type { Story } from './journal/story.ts'

export interface Ending {
  readonly outcome: RepairOutcome
  readonly why: Say
  readonly found: Snapshot
}

/** That a repaired VM is still without a network, and nobody knows why. */
export interface Lost {
  readonly lost: Say
}

/**
 * Every cause that was repaired is ruled out: whether the VM is served is asked now, where packets may be sent. What else
 * is found wrong is a repair of its own, and no reason to take this one back.
 */
export async function concluded(story: Story, hands: Hands): Promise<Ending | Lost> {
  const until = Date.now() + Math.max(0, ...story.plan.steps.map(hands.patience.forMs))
  const proof = hands.prove && (await proven(hands.prove, hands, until))
  if (proof) await hands.journal.write({ event: 'proven', ...proof })
  const found = await settled(story, hands, until)
  if (proof?.is === 'lost' && found.causes.length === 0) return { lost: proof.says }
  return close(hands, 'fixed', whyFixed(proof, found), found)
}

export async function close(hands: Hands, outcome: RepairOutcome, why: Say, now?: Snapshot): Promise<Ending> {
  const found = now ?? (await hands.diagnose())
  await hands.journal.write({ event: 'closed', outcome, why, found })
  return { outcome, why, found }
}

async function proven(prove: () => Promise<Proof>, { patience }: Hands, until: number): Promise<Proof> {
  for (;;) {
    const proof = await prove()
    if (proof.is === 'served' || Date.now() > until) return proof
    await sleep(patience.everyMs)
  }
}

/** An agent that was restarted has more to do once its own check is content: what is not done yet looks like a cause. */
async function settled({ found: before }: Story, hands: Hands, until: number): Promise<Snapshot> {
  for (;;) {
    const found = await hands.diagnose()
    const isNew = found.causes.some((cause) => !before.causes.includes(cause))
    if (!isNew || Date.now() > until) return found
    await sleep(hands.patience.everyMs)
  }
}

function whyFixed(proof: Proof | undefined, { causes }: Snapshot): Say {
  const { en, zh } = allRuledOut
  const told = proof ? say(`${en} ${proof.says.en}`, `${zh}${proof.says.zh}`) : allRuledOut
  if (causes.length === 0) return told
  return say(
    `${told.en} More is wrong (${causes.join('; ')}): run oldhand fix again.`,
    `${told.zh}还有其他问题（${causes.join('；')}）：请再次运行 oldhand fix。`,
  )
}

const allRuledOut = say('Every cause that was repaired is ruled out now.', '已修复的原因经复查均已排除。')

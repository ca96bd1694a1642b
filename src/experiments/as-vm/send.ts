import type { Answer, Ask } from '../../core/answer.ts'
import type { Sending } from '../../core/experiment.ts'
import { failureLine } from '../../core/failure.ts'
import type { Bench } from '../../core/transport.ts'
import { sendRounds } from '../rounds.ts'
import { type Design, ROUNDS, sendsOf } from './design.ts'

/** What was sent as one VM, in order. */
export type Sent = (design: Design) => readonly Answer[]

/** Sends as several VMs at once. */
export async function sendAll(designs: readonly Design[], bench: Bench): Promise<Sent> {
  const asks = new Map<Ask, Design>()
  const rounds = Array.from({ length: ROUNDS }, (_, round) => {
    const frames = designs.flatMap((design) => sendsOf(design, round).map(({ ask }) => ({ ask, design })))
    for (const { ask, design } of frames) asks.set(ask, design)
    return frames.map(({ ask }) => ask)
  })
  const answers = await sendRounds(rounds, bench)
  return (design) => answers.filter(({ ask }) => asks.get(ask) === design)
}

/** What becomes of them is told of conversations alone. */
export function sendingsOf(answers: readonly Answer[], design: Design): readonly Sending[] {
  const round = sendsOf(design, 0)
  return round.flatMap(({ as }, i) => {
    const mine = answers.filter((_, n) => n % round.length === i)
    return as === 'dhcp' || as === 'arp' ? [sendingOf(as, mine, design)] : []
  })
}

function sendingOf(conversation: Sending['conversation'], answers: readonly Answer[], { at }: Design): Sending {
  const refusal = answers.find((a) => a.failure)?.failure
  return {
    conversation,
    ...at,
    count: answers.filter((a) => !a.failure).length,
    ...(refusal ? { refused: failureLine(refusal) } : {}),
  }
}

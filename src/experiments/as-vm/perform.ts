import type { Answer, Ask } from '../../core/answer.ts'
import type { Sending } from '../../core/experiment.ts'
import { failureLine } from '../../core/failure.ts'
import { askKey, type Bench } from '../../core/transport.ts'
import { whileCapturing } from '../captures.ts'
import { sendRounds } from '../rounds.ts'
import { captureAsk } from './capture.ts'
import { sentAsVm } from '../../probes/wiring/sent-as-vm.ts'
import type { Performed } from '../prepare.ts'
import { type Design, ROUNDS, sendsOf } from './design.ts'
import { guestOf } from './guest.ts'
import { looksOf } from './looks.ts'
import { placesOf } from './routes.ts'
import { strangersOf } from './strangers.ts'
import { tripsOf } from './trips.ts'

/** Captures everywhere at once, sends, and puts together what was seen. */
export async function perform(design: Design, bench: Bench): Promise<Performed> {
  const { done: sent, answers } = await whileCapturing(capturesOf(design), { bench }, () => sendAll(design, bench))
  const sendings = sendingsOf(sent, design)
  const looks = looksOf(design, new Map(answers.map((answer) => [askKey(answer.ask), answer])))
  return {
    result: {
      id: 'as-the-vm',
      run: design.run,
      sent: sendings,
      trips: tripsOf(design, sendings, looks),
      strangers: strangersOf(design, looks),
      guest: guestOf(design, looks),
    },
    states: sentAsVm,
    answers: [...sent, ...answers],
  }
}

export const capturesOf = ({ routes, wanted, run }: Design): readonly Ask[] => [
  ...new Map(
    placesOf(routes)
      .flatMap((place) => place.devices)
      .map((device) => captureAsk(device, wanted, run))
      .map((ask) => [askKey(ask), ask]),
  ).values(),
]

function sendAll(design: Design, bench: Bench): Promise<readonly Answer[]> {
  const rounds = Array.from({ length: ROUNDS }, (_, round) => sendsOf(design, round).map(({ ask }) => ask))
  return sendRounds(design.at.host, rounds, bench)
}

/** What becomes of them is told of conversations alone. */
function sendingsOf(answers: readonly Answer[], design: Design): readonly Sending[] {
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

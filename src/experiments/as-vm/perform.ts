import type { Answer, Ask } from '../../core/answer.ts'
import type { Sending } from '../../core/experiment.ts'
import { failureLine } from '../../core/failure.ts'
import { askKey, type Bench } from '../../core/transport.ts'
import { whileCapturing } from '../captures.ts'
import { captureAsk } from './capture.ts'
import { sentAsVm } from '../../probes/wiring/sent-as-vm.ts'
import type { Performed } from '../prepare.ts'
import { type Design, ROUNDS, sendAsks } from './design.ts'
import { placesOf } from './routes.ts'
import { tripsOf } from './trips.ts'

/** Between two rounds. A `sleep` that knows no fractions refuses, and they follow at once. */
const PAUSE_S = '0.25'

/** Captures everywhere at once, sends, and puts together what was seen. */
export async function perform(design: Design, bench: Bench): Promise<Performed> {
  const { done: sent, answers } = await whileCapturing(capturesOf(design), { bench, run: design.run }, () =>
    sendAll(design, bench),
  )
  const sendings = sendingsOf(sent, design)
  const trips = tripsOf(design, sendings, new Map(answers.map((answer) => [askKey(answer.ask), answer])))
  return {
    result: { id: 'as-the-vm', run: design.run, sent: sendings, trips },
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

/** In one session, so that the time between two rounds does not depend on the way to the host. */
async function sendAll(design: Design, bench: Bench): Promise<readonly Answer[]> {
  const { host } = design.at
  const rounds = Array.from({ length: ROUNDS }, (_, round) => sendAsks(design, round))
  const pauses = rounds.map((_, i) => (i === 0 ? [] : [{ host, argv: ['sleep', PAUSE_S], okExits: [0, 1] }]))
  const answers = await bench.ask(rounds.flatMap((asks, i) => [...(pauses[i] ?? []), ...asks]))
  return answers.filter((answer) => answer.ask.argv[0] !== 'sleep')
}

function sendingsOf(answers: readonly Answer[], design: Design): readonly Sending[] {
  const kinds = [...(design.sends.dhcp ? ['dhcp' as const] : []), ...(design.sends.arp ? ['arp' as const] : [])]
  return kinds.map((conversation, i) =>
    sendingOf(
      conversation,
      answers.filter((_, n) => n % kinds.length === i),
      design,
    ),
  )
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

import type { Answer, Ask } from '../../core/answer.ts'
import type { Sending } from '../../core/experiment.ts'
import { say } from '../../core/lang.ts'
import { failureLine } from '../../core/failure.ts'
import { askKey, type Bench } from '../../core/transport.ts'
import { captureAsk, type Capturing, failed, judged, startCapture } from './capture.ts'
import { sentAsVm } from '../../probes/wiring/sent-as-vm.ts'
import type { Performed } from '../prepare.ts'
import { type Design, ROUNDS, sendsOf } from './design.ts'
import { guestOf } from './guest.ts'
import { looksOf } from './looks.ts'
import { placesOf } from './routes.ts'
import { strangersOf } from './strangers.ts'
import { tripsOf } from './trips.ts'

/** Captures are given this long to begin, then we send all the same; those that have not begun count as blind. */
const READY_MS = 1500
/** Between two rounds. A `sleep` that knows no fractions refuses, and they follow at once. */
const PAUSE_S = '0.25'
/** What is answered at all is answered by then. */
const ANSWER_MS = 1000

/** Captures everywhere at once, sends, and puts together what was seen. */
export async function perform(design: Design, bench: Bench): Promise<Performed> {
  const captures = capturesOf(design).map((ask) => startCapture(bench, ask))
  const begun = await whichBegan(captures)
  const sent = await sendAll(design, bench)
  const lastSent = performance.now()
  const answers = await Promise.all(captures.map((capture, i) => endOf(capture, begun[i] === true, lastSent)))
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

async function whichBegan(captures: readonly Capturing[]): Promise<readonly boolean[]> {
  const begun: boolean[] = captures.map(() => false)
  const all = Promise.all(captures.map(({ ready }, i) => ready.then((is) => (begun[i] = is))))
  await Promise.race([all, pause(READY_MS)])
  return [...begun]
}

async function endOf({ ended }: Capturing, began: boolean, lastSent: number): Promise<Answer> {
  const { answer, at } = await ended
  if (answer.failure) return answer
  if (!began) return { ...answer, failure: failed(say('the capture began too late', '抓包启动太晚')) }
  if (at - lastSent < ANSWER_MS)
    return { ...answer, failure: failed(say('the capture ended too early', '抓包结束太早')) }
  return judged(answer)
}

/** In one session, so that the time between two rounds does not depend on the way to the host. */
async function sendAll(design: Design, bench: Bench): Promise<readonly Answer[]> {
  const { host } = design.at
  const rounds = Array.from({ length: ROUNDS }, (_, round) => sendsOf(design, round).map(({ ask }) => ask))
  const pauses = rounds.map((_, i) => (i === 0 ? [] : [{ host, argv: ['sleep', PAUSE_S], okExits: [0, 1] }]))
  const answers = await bench.ask(rounds.flatMap((asks, i) => [...(pauses[i] ?? []), ...asks]))
  return answers.filter((answer) => answer.ask.argv[0] !== 'sleep')
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

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

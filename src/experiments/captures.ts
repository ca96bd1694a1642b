import type { Answer, Ask } from '../core/answer.ts'
import { say } from '../core/lang.ts'
import type { Bench } from '../core/transport.ts'
import type { Ending } from './ending.ts'
import { type Capturing, failed, judged, startCapture } from './as-vm/capture.ts'

/** Captures are given this long to begin, then we send all the same; those that have not begun count as blind. */
const READY_MS = 1500
/** What is answered at all is answered by then. */
const ANSWER_MS = 1000

/** By what experiments are made. */
export interface Means {
  readonly bench: Bench
  readonly ending: Ending
}

/**
 * Captures everywhere at once while something is done. One answer for each capture: one that could not tell has failed.
 * `answerMs`: how long answers may still come when it is done; then the captures may end, before their own deadline.
 */
export async function whileCapturing<T>(
  asks: readonly Ask[],
  { bench, ending, answerMs = ANSWER_MS }: Means & { readonly answerMs?: number },
  act: () => Promise<T>,
): Promise<{ readonly done: T; readonly answers: readonly Answer[] }> {
  const captures = asks.map((ask) => startCapture(bench, ask))
  const acting = whichBegan(captures).then(async (begun) => ({
    begun,
    done: await act(),
    by: performance.now() + answerMs,
  }))
  // A recorded capture has ended long ago.
  if (bench.recordedAt === undefined)
    ending.notBefore(
      acting.then(() => pause(answerMs)),
      hostsOf(asks),
    )
  const { begun, done, by } = await acting
  const answers = await Promise.all(captures.map((capture, i) => endOf(capture, begun[i] === true, by)))
  return { done, answers }
}

const hostsOf = (asks: readonly Ask[]) => [...new Set(asks.map(({ host }) => host))]

async function whichBegan(captures: readonly Capturing[]): Promise<readonly boolean[]> {
  const begun: boolean[] = captures.map(() => false)
  const all = Promise.all(captures.map(({ ready }, i) => ready.then((is) => (begun[i] = is))))
  await Promise.race([all, pause(READY_MS)])
  return [...begun]
}

async function endOf({ ended }: Capturing, began: boolean, by: number): Promise<Answer> {
  const { answer, at } = await ended
  if (answer.failure) return answer
  if (!began) return { ...answer, failure: failed(say('the capture began too late', '抓包启动太晚')) }
  if (at < by) return { ...answer, failure: failed(say('the capture ended too early', '抓包结束太早')) }
  return judged(answer)
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

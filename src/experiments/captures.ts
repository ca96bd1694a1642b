import type { Answer, Ask } from '../core/answer.ts'
import { say } from '../core/lang.ts'
import type { Bench } from '../core/transport.ts'
import { ending } from './sweep.ts'
import { type Capturing, failed, judged, startCapture } from './as-vm/capture.ts'

/** Captures are given this long to begin, then we send all the same; those that have not begun count as blind. */
const READY_MS = 1500
/** What is answered at all is answered by then. */
const ANSWER_MS = 1000

/**
 * Captures everywhere at once while something is done. One answer for each capture: one that could not tell has failed.
 * With `endsRun` all that this run has running is told to end when the answers are in, not only by its deadline.
 */
export async function whileCapturing<T>(
  asks: readonly Ask[],
  { bench, endsRun }: { readonly bench: Bench; readonly endsRun?: string },
  act: () => Promise<T>,
): Promise<{ readonly done: T; readonly answers: readonly Answer[] }> {
  const captures = asks.map((ask) => startCapture(bench, ask))
  const begun = await whichBegan(captures)
  const done = await act()
  const lastSent = performance.now()
  // A recorded capture has ended long ago.
  if (endsRun !== undefined && bench.recordedAt === undefined) await endSoon(endsRun, asks, bench)
  const answers = await Promise.all(captures.map((capture, i) => endOf(capture, begun[i] === true, lastSent)))
  return { done, answers }
}

async function endSoon(run: string, asks: readonly Ask[], bench: Bench): Promise<void> {
  await pause(ANSWER_MS)
  await bench.ask([...new Set(asks.map((ask) => ask.host))].map((host) => ({ host, ...ending(run) })))
}

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

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

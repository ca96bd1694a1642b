import type { Frame, Hop } from '../capture/frame.ts'
import { readCapture } from '../capture/read.ts'
import type { Answer } from '../core/answer.ts'
import { type Say, say } from '../core/lang.ts'
import type { Ear, Listening } from '../core/transport.ts'
import { type Capture, endAsk, LISTENING } from './captures.ts'
import { type Heard, hear } from './heard.ts'

/** What is still on its way when the captures are told to end. Milliseconds. */
const LAST_WORDS_MS = 3000

/** A capture that runs, and what has come of it. */
export interface Open {
  readonly capture: Capture
  readonly listening: Listening
  readonly frames: () => readonly Frame[]
  readonly state: { began: boolean; ended?: Answer }
}

export function open(capture: Capture, ear: Ear): Open {
  const chunks: Uint8Array[] = []
  const state: Open['state'] = { began: false }
  const listening = ear.listen(capture.ask, { sign: LISTENING, onBytes: (bytes) => void chunks.push(bytes) })
  void listening.ready.then((is) => (state.began = is))
  void listening.answer.then((answer) => (state.ended = answer))
  const frames = () => readCapture(Buffer.concat(chunks)).frames.map((frame) => placed(frame, capture))
  return { capture, listening, frames, state }
}

const placed = (frame: Frame, { hop, direction }: Capture): Frame => ({
  ...frame,
  interface: hop,
  ...(direction === undefined ? {} : { direction }),
})

export function framesOf(ears: readonly Open[]): readonly Heard[] {
  const all = ears.flatMap(({ capture, frames }) => frames().map((frame) => hear(capture.at, frame)))
  return all.toSorted((a, b) => (a.frame.time < b.frame.time ? -1 : a.frame.time > b.frame.time ? 1 : 0))
}

/** For how long the guest's port was heard: every capture of it has begun in time, and none has failed. Seconds. */
export function heardFor(
  ears: readonly Open[],
  began: { readonly at: number; readonly all: readonly Open[] },
): number | undefined {
  const guest = ears.filter(({ capture }) => capture.at === 'guest')
  const isDeaf = guest.some((each) => !began.all.includes(each) || each.state.ended?.failure !== undefined)
  return guest.length === 0 || isDeaf ? undefined : (performance.now() - began.at) / 1000
}

/** Tells every host to end what we have begun there; who does not hear that ends by itself. Returns who was deaf before. */
export async function close(ears: readonly Open[], ear: Ear, run: string): Promise<readonly Answer[]> {
  const open = ears.filter(({ state }) => !state.ended)
  const deaf = ears.filter(({ state }) => !state.began || state.ended?.failure)
  const hosts = [...new Set(open.map(({ capture }) => capture.ask.host))]
  const told = hosts.map((host) => ear.listen(endAsk(host, run), { sign: '', onBytes: () => {} }))
  const ends = Promise.all(ears.map(({ listening }) => listening.answer))
  await Promise.race([ends, pause(LAST_WORDS_MS)])
  for (const { stop } of [...told, ...open.map(({ listening }) => listening)]) stop()
  await ends
  return Promise.all(deaf.map(({ listening }) => listening.answer))
}

export function hopsOf(ears: readonly Open[]): readonly Hop[] {
  const names = [...new Set(ears.map(({ capture }) => capture.hop))]
  return names.map((name) => ({
    name,
    frames: ears.filter(({ capture }) => capture.hop === name).flatMap(({ frames }) => frames()),
  }))
}

/** By tcpdump's own count, which it prints at its end. */
export async function lossesOf(ears: readonly Open[]): Promise<readonly Say[]> {
  const ends = await Promise.all(ears.map(({ listening }) => listening.answer))
  return ends.flatMap(({ ask, stderr }) => {
    const lost = /^([1-9]\d*) packets? dropped by kernel/m.exec(stderr)?.[1]
    if (lost === undefined) return []
    return say(`${ask.host}: tcpdump lost ${lost} frames.`, `${ask.host}：tcpdump 丢了 ${lost} 个帧。`)
  })
}

export const pause = (ms: number, signal?: AbortSignal) =>
  new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end)
  })

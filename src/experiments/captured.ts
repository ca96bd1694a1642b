import type { Answer } from '../core/answer.ts'
import type { Capture, Hop } from '../capture/frame.ts'
import { readCapture } from '../capture/read.ts'
import { bytesOf } from './as-vm/capture.ts'

/** What the captures of a proof have seen, one place after another, in order of time: of a bundle, or of a run. */
export function capturedIn(answers: readonly Answer[]): Capture {
  const hops = answers.filter(({ ask }) => ask.argv.includes('tcpdump')).map(hopOf)
  const frames = hops.flatMap((hop) => hop.frames).toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
  return { frames, interfaces: hops.map((hop) => hop.name) }
}

/** `comp1/eth1`: the device stands before the filter. */
function hopOf(answer: Answer): Hop {
  const name = `${answer.ask.host}/${answer.ask.argv.at(-2) ?? ''}`
  return { name, frames: readCapture(bytesOf(answer)).frames.map((frame) => ({ ...frame, interface: name })) }
}

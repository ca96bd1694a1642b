import type { Answer, Ask } from '../../core/answer.ts'
import { askKey } from '../../core/transport.ts'
import { type Held, heldBy } from '../held.ts'
import type { Design } from './design.ts'
import { hear, type Heard, type Seen, seenIn } from './frames.ts'
import type { Device } from './places.ts'

/** What one capture saw, or why it cannot tell. */
export interface Look extends Omit<Held, 'frames'> {
  readonly device: Device
  /** Every frame that its filter let pass. */
  readonly heard: readonly Heard[]
  /** Those of them that belong to the experiment. */
  readonly seen: readonly Seen[]
}
export type Looks = (device: Device) => Look

/** Reads each capture once. */
export function looksOf(design: Design, answers: ReadonlyMap<string, Answer>): Looks {
  const memo = new Map<Device, Look>()
  return (device) => {
    const look = memo.get(device) ?? lookAt(device, design, answers)
    memo.set(device, look)
    return look
  }
}

function lookAt(device: Device, design: Design, answers: ReadonlyMap<string, Answer>): Look {
  const ask = design.capture(device)
  const held = heardBy(ask, answers.get(askKey(ask)))
  return { ...held, device, seen: held.heard.flatMap((h) => seenIn(h, design) ?? []) }
}

/** What a capture holds, frame by frame as it is told. */
export function heardBy(ask: Ask, answer: Answer | undefined): Omit<Look, 'device' | 'seen'> {
  const { frames, ...held } = heldBy(ask, answer)
  return { ...held, heard: frames.map(hear) }
}

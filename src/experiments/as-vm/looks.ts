import { type Answer, type Ask, commandLine, type Evidence } from '../../core/answer.ts'
import { failureLine } from '../../core/failure.ts'
import { type Say, say } from '../../core/lang.ts'
import { askKey } from '../../core/transport.ts'
import { readCapture } from '../../capture/read.ts'
import { bytesOf } from './capture.ts'
import type { Design } from './design.ts'
import { hear, type Heard, type Seen, seenIn } from './frames.ts'
import type { Device } from './places.ts'

/** What one capture saw, or why it cannot tell. */
export interface Look {
  readonly device: Device
  /** Every frame that its filter let pass. */
  readonly heard: readonly Heard[]
  /** Those of them that belong to the experiment. */
  readonly seen: readonly Seen[]
  readonly blind?: Say
  /** Cites the capture as a whole. */
  readonly whole: Evidence
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
  const held = heldBy(ask, answers.get(askKey(ask)))
  return { ...held, device, seen: held.heard.flatMap((h) => seenIn(h, design) ?? []) }
}

/** What a capture holds, or why it cannot tell. */
export function heldBy(ask: Ask, answer: Answer | undefined): Omit<Look, 'device' | 'seen'> {
  const counted = /^\d+ packets? captured/m.exec(answer?.stderr ?? '')?.[0]
  const whole = { host: ask.host, command: commandOf(ask.argv), value: counted, line: counted ?? '' }
  if (!answer) return { whole, heard: [], blind: say('nothing was captured', '没有抓包') }
  const { frames, problem } = readCapture(bytesOf(answer))
  const blind = answer.failure ? failureLine(answer.failure) : problem
  return { whole, heard: frames.map(hear), ...(blind ? { blind } : {}) }
}

/** The capture as a person would make it. */
export function commandOf(argv: readonly string[]): string {
  const at = argv.findIndex((word) => word === 'ip' || word === 'tcpdump')
  const filter = argv.at(-1) ?? ''
  const before = argv.slice(at, argv.indexOf('tcpdump'))
  const device = argv.at(-2) ?? ''
  return commandLine({ host: '', root: true, argv: [...before, 'tcpdump', '-nne', '-i', device, filter] })
}

import { type Answer, type Ask, commandLine, type Evidence } from '../core/answer.ts'
import { failureLine } from '../core/failure.ts'
import { type Say, say } from '../core/lang.ts'
import type { Frame } from '../capture/frame.ts'
import { readCapture } from '../capture/read.ts'
import { bytesOf } from './as-vm/capture.ts'

/** What a capture holds. */
export interface Held {
  readonly frames: readonly Frame[]
  /** Why what it does not hold may have passed all the same. */
  readonly blind?: Say
  /** Cites the capture as a whole. */
  readonly whole: Evidence
}

export function heldBy(ask: Ask, answer: Answer | undefined): Held {
  const counted = /^\d+ packets? captured/m.exec(answer?.stderr ?? '')?.[0]
  const whole = { host: ask.host, command: commandOf(ask.argv), value: counted, line: counted ?? '' }
  if (!answer) return { whole, frames: [], blind: say('nothing was captured', '没有抓包') }
  const { frames, problem } = readCapture(bytesOf(answer))
  const blind = answer.failure ? failureLine(answer.failure) : problem
  return { whole, frames, ...(blind ? { blind } : {}) }
}

/** The capture as a person would make it. */
function commandOf(argv: readonly string[]): string {
  const at = argv.findIndex((word) => word === 'ip' || word === 'tcpdump')
  const filter = argv.at(-1) ?? ''
  const before = argv.slice(at, argv.indexOf('tcpdump'))
  const device = argv.at(-2) ?? ''
  return commandLine({ host: '', root: true, argv: [...before, 'tcpdump', '-nne', '-i', device, filter] })
}

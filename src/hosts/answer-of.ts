import type { Answer, Ask } from '../core/answer.ts'
import { type Failure, verbatim } from '../core/failure.ts'
import { say } from '../core/lang.ts'
import { redact } from './redact.ts'
import { DEFAULT_MAX } from './script.ts'
import type { Frame } from './unframe.ts'

/** A frame as an answer: without secrets, and with a reason where it is not one. */
export function answerOf(ask: Ask, frame: Frame | undefined, lost: Failure): Answer {
  if (!frame) return { ask, stdout: '', stderr: '', exit: null, ms: 0, failure: lost }
  const max = ask.maxBytes ?? DEFAULT_MAX
  const cut = Buffer.byteLength(frame.stdout) > max
  const failure = frame.end ? failureOf(ask, frame, frame.end, cut) : lost
  return {
    ask,
    stdout: redact(cut ? Buffer.from(frame.stdout).subarray(0, max).toString() : frame.stdout),
    stderr: redact(frame.stderr),
    exit: frame.end?.exit ?? null,
    ms: frame.end?.ms ?? 0,
    ...(failure ? { failure: { ...failure, detail: say(redact(failure.detail.en), redact(failure.detail.zh)) } } : {}),
  }
}

const BROKEN_PIPE = 141

function failureOf(ask: Ask, { stderr }: Frame, end: NonNullable<Frame['end']>, cut: boolean): Failure | undefined {
  const last = stderr.trim().split('\n').at(-1)?.trim() ?? ''
  const max = ask.maxBytes ?? DEFAULT_MAX
  if (cut) return { reason: 'truncated', detail: say(`longer than ${max} bytes`, `超过 ${max} 字节`) }
  // grep ends with 1 when it found nothing; that is an answer.
  const broken = end.filters.find((status) => status > 1 && status !== BROKEN_PIPE)
  if (broken !== undefined)
    return {
      reason: 'exit',
      detail: say(`a filter ended with ${broken}: ${last}`, `过滤命令退出码 ${broken}：${last}`),
    }
  if ((ask.okExits ?? [0]).includes(end.exit) && !refusal.test(last)) return undefined
  if (end.exit === BROKEN_PIPE && (ask.pipe ?? []).length > 0) return undefined
  if (end.exit === 124 || end.exit === 137)
    return { reason: 'timeout', detail: say('no answer within the deadline', '时限内没有返回') }
  if (refusal.test(stderr)) return { reason: 'denied', detail: verbatim(last) }
  if (end.exit === 127 || /command not found|: not found$/m.test(stderr))
    return { reason: 'not installed', detail: verbatim(last || `${ask.argv[0]}: not found`) }
  if (/Permission denied|Operation not permitted/.test(stderr)) return { reason: 'denied', detail: verbatim(last) }
  return {
    reason: 'exit',
    detail: say(`exit status ${end.exit}${last && `: ${last}`}`, `退出码 ${end.exit}${last && `：${last}`}`),
  }
}

const refusal = /^sudo: (?!.*command not found)|is not allowed to (execute|run)|a password is required/m

import type { Answer, Ask } from '../core/answer.ts'
import type { Failure } from '../core/failure.ts'
import { say } from '../core/lang.ts'
import { askKey, type Bench } from '../core/transport.ts'
import type { Bundle } from './bundle.ts'

/** A cloud made of saved answers. What was not asked then is a failure now, never an empty answer. */
export function replay(bundle: Pick<Bundle, 'answers' | 'recordedAt'>): Bench {
  const byKey = new Map(bundle.answers.map((answer) => [askKey(answer.ask), answer]))
  const answerTo = (ask: Ask): Answer => {
    const answer = byKey.get(askKey(ask))
    return answer ? { ...answer, ask } : { ask, stdout: '', stderr: '', exit: null, ms: 0, failure: notRecorded }
  }
  return {
    recordedAt: bundle.recordedAt,
    ask: async (asks) => asks.map(answerTo),
    start: (ask) => ({ ready: Promise.resolve(true), answer: Promise.resolve(answerTo(ask)) }),
    close: async () => {},
  }
}

const notRecorded: Failure = {
  reason: 'not recorded',
  detail: say('the bundle has no such answer', 'bundle 中没有这条命令的输出'),
}

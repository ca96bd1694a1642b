import type { Answer, Ask } from '../core/answer.ts'
import { say } from '../core/lang.ts'
import { askKey, type Bench, byKey, type Transport } from '../core/transport.ts'
import type { Bundle } from './bundle.ts'

/** A cloud made of saved answers. What was not asked then is a failure now, never an empty answer. */
export function replay({
  answers,
  recordedAt,
  run,
  ways,
}: Pick<Bundle, 'answers' | 'recordedAt' | 'run' | 'ways'>): Transport {
  const known = byKey(answers)
  const answerTo = (ask: Ask): Answer => {
    const answer = known.get(askKey(ask))
    return answer ? { ...answer, ask } : notRecorded(ask)
  }
  const bench: Bench = {
    recordedAt,
    ask: async (asks) => asks.map(answerTo),
    start: (ask) => ({ ready: Promise.resolve(true), answer: Promise.resolve(answerTo(ask)) }),
    close: async () => {},
  }
  return { ...bench, ...(run === undefined ? {} : { proof: { run, bench, ...(ways ? { ways } : {}) } }) }
}

const notRecorded = (ask: Ask): Answer => ({
  ask,
  stdout: '',
  stderr: '',
  exit: null,
  ms: 0,
  failure: {
    reason: 'not recorded',
    detail: say('the bundle has no such answer', 'bundle 中没有这条命令的输出'),
  },
})

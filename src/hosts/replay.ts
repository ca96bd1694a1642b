import { say } from '../core/lang.ts'
import { askKey, type Transport } from '../core/transport.ts'
import type { Bundle } from './bundle.ts'

/** A cloud made of saved answers. What was not asked then is a failure now, never an empty answer. */
export function replay(bundle: Pick<Bundle, 'answers' | 'recordedAt'>): Transport {
  const byKey = new Map(bundle.answers.map((answer) => [askKey(answer.ask), answer]))
  return {
    recordedAt: bundle.recordedAt,
    ask: async (asks) =>
      asks.map((ask) => {
        const answer = byKey.get(askKey(ask))
        if (answer) return { ...answer, ask }
        return {
          ask,
          stdout: '',
          stderr: '',
          exit: null,
          ms: 0,
          failure: {
            reason: 'not recorded',
            detail: say('the bundle has no such answer', 'bundle 中没有这条命令的输出'),
          },
        }
      }),
    close: async () => {},
  }
}

import type { Answer } from './answer.ts'
import { failureLine } from './failure.ts'
import { type Parsed, problem } from './probe.ts'

/** Parses one answer, or says in one line why it could not be had. */
export function fromAnswer<T>(answer: Answer | undefined, parse: (answer: Answer) => Parsed<T>): Parsed<T> {
  if (answer === undefined) return problem('was not asked', '没有采集')
  if (answer.failure) {
    const line = failureLine(answer.failure)
    return problem(`${answer.ask.host}: ${line.en}`, `${answer.ask.host}：${line.zh}`)
  }
  return parse(answer)
}

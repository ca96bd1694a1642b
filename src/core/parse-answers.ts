import type { Answer } from './answer.ts'
import { type Parsed, problem } from './probe.ts'

/** Parses one answer, or says in one line why it could not be had. */
export function fromAnswer<T>(answer: Answer | undefined, parse: (answer: Answer) => Parsed<T>): Parsed<T> {
  if (answer === undefined) return problem('was not asked')
  if (answer.failure) return problem(`${answer.failure.reason} on ${answer.ask.host}: ${answer.failure.detail}`)
  return parse(answer)
}

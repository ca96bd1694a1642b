import type { z } from 'zod'
import { type Answer, commandLine } from '../core/answer.ts'
import { type Failure, failureLine } from '../core/failure.ts'
import { type Say, say } from '../core/lang.ts'
import { json } from '../core/scan.ts'

/** Why something was not read. */
export interface Refusal {
  readonly say: Say
  readonly failure: Failure
}
export type Read<T> = { readonly ok: true; readonly value: T } | ({ readonly ok: false } & Refusal)

/** The body of an answer, or why there is none. Total. */
export function read<T>(answer: Answer | undefined, schema: z.ZodType<T>): Read<T> {
  if (answer === undefined)
    return refusal({ reason: 'not recorded', detail: say('was not asked', '没有采集') }, 'the API')
  if (answer.failure !== undefined)
    return { ok: false, say: told(answer.failure, commandLine(answer.ask)), failure: answer.failure }
  const parsed = schema.safeParse(json(answer.stdout))
  if (parsed.success) return { ok: true, value: parsed.data }
  const field = parsed.error.issues[0]?.path.join('.') || 'the body'
  return refusal(
    { reason: 'http', detail: say(`the answer is not as documented (${field})`, `返回内容与文档不符（${field}）`) },
    commandLine(answer.ask),
  )
}

export const orElse = <T, D>(outcome: Read<T>, otherwise: D): T | D => (outcome.ok ? outcome.value : otherwise)

const refusal = (failure: Failure, command: string): Read<never> => ({
  ok: false,
  failure,
  say: sentence(failure, command),
})

/** A live API's own sentence says it all; of a recording it has to be said which answer is missing. */
const told = (failure: Failure, command: string): Say =>
  failure.reason === 'not recorded' ? sentence(failure, command) : failure.detail

function sentence(failure: Failure, command: string): Say {
  const { en, zh } = failureLine(failure)
  return say(`The API could not be read: ${command}: ${en}`, `无法读取 API：${command}：${zh}`)
}

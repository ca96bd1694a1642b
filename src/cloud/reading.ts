import type { z } from 'zod'
import { type Answer, commandLine } from '../core/answer.ts'
import type { Failure } from '../core/failure.ts'
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
  if (answer === undefined) return refusal({ reason: 'not recorded', detail: 'was not asked' }, 'the API')
  if (answer.failure !== undefined) return { ok: false, say: told(answer, answer.failure), failure: answer.failure }
  const parsed = schema.safeParse(json(answer.stdout))
  if (parsed.success) return { ok: true, value: parsed.data }
  const field = parsed.error.issues[0]?.path.join('.') || 'the body'
  return refusal({ reason: 'http', detail: `the answer is not as documented (${field})` }, commandLine(answer.ask))
}

export const orElse = <T, D>(outcome: Read<T>, otherwise: D): T | D => (outcome.ok ? outcome.value : otherwise)

/** A live API says it in two lines (see `openApi`); other transports only give a reason. */
function told(answer: Answer, failure: Failure): Say {
  const [en, zh] = answer.stderr.split('\n')
  return en && zh ? say(en, zh) : sentence(failure, commandLine(answer.ask))
}

const refusal = (failure: Failure, command: string): Read<never> => ({
  ok: false,
  failure,
  say: sentence(failure, command),
})

const sentence = ({ reason, detail }: Failure, command: string): Say =>
  say(
    `The API could not be read: ${command}: ${reason}, ${detail}`,
    `无法读取 API：${command}：${reasonZh[reason]}，${detail}`,
  )

const reasonZh: Readonly<Record<Failure['reason'], string>> = {
  timeout: '超时',
  unreachable: '无法连接',
  denied: '没有权限',
  'not installed': '服务不存在',
  exit: '执行失败',
  http: 'API 返回错误',
  truncated: '响应过长',
  'not recorded': '录制数据中没有',
}

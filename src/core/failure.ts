import { type Say, say } from './lang.ts'

/** The closed list of ways in which a question can stay unanswered. */
export const failureReasons = [
  'timeout', // no answer before the deadline
  'unreachable', // no connection to the host or URL
  'denied', // login, sudo or API permission refused
  'not installed', // no such command on the host
  'exit', // the command ran and failed
  'http', // the API answered with an error
  'truncated', // the answer was longer than we keep
  'not recorded', // a bundle without this answer
] as const
export type FailureReason = (typeof failureReasons)[number]

export interface Failure {
  readonly reason: FailureReason
  /** One line: the words of whoever refused, and what to check. */
  readonly detail: Say
}

export const reasonWords: Readonly<Record<FailureReason, Say>> = {
  timeout: say('timeout', '超时'),
  unreachable: say('unreachable', '连接不上'),
  denied: say('denied', '被拒绝'),
  'not installed': say('not installed', '没有安装'),
  exit: say('failed', '执行失败'),
  http: say('API error', 'API 报错'),
  truncated: say('truncated', '输出过长'),
  'not recorded': say('not recorded', '没有录制'),
}

/** A failure in one line: what kind, and what was said. */
export const failureLine = ({ reason, detail }: Failure): Say =>
  say(`${reasonWords[reason].en}: ${detail.en}`, `${reasonWords[reason].zh}：${detail.zh}`)

/** Somebody else's words, the same in every language. */
export const verbatim = (text: string): Say => say(text, text)

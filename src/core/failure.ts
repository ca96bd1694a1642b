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
  /** One line, in the words of whoever refused. */
  readonly detail: string
}

import type { Failure, FailureReason } from '../core/failure.ts'
import { type Say, say } from '../core/lang.ts'

/** Why the cloud could not be asked: `say` for people, `failure` for an answer. Neither ever holds a secret. */
export class CloudError extends Error {
  override readonly name = 'CloudError'
  readonly say: Say
  readonly failure: Failure
  /** HTTP status, where the API answered. */
  readonly status: number | null
  constructor(words: Say, reason: FailureReason, status: number | null = null) {
    super(words.en)
    this.say = words
    this.failure = { reason, detail: words }
    this.status = status
  }
}

/** An error whose sentence says it all. */
export const cloudError = (reason: FailureReason, en: string, zh: string, status: number | null = null): CloudError =>
  new CloudError(say(en, zh), reason, status)

/** A URL that may be shown: no user, no password, no query. */
export function shown(url: string): string {
  if (!URL.canParse(url)) return 'the URL'
  const { origin, pathname } = new URL(url)
  return origin + pathname.replace(/\/$/, '')
}

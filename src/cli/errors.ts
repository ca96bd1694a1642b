import type { Say } from '../core/lang.ts'
import { localeOf } from './language.ts'

/** Wrong use, told in the reader's language. */
export class UsageError extends Error {
  readonly say: Say
  constructor(say: Say) {
    super(say.en)
    this.say = say
  }
}

const hasWords = (error: unknown): error is { readonly say: Say } =>
  typeof error === 'object' && error !== null && 'say' in error && typeof error.say === 'object'

/** Prints an error and returns the exit status that goes with it. */
export function tellError(error: unknown): number {
  const { t, tell } = localeOf(process.argv)
  if (hasWords(error)) process.stderr.write(`${t('error: ', '错误：')}${tell(error.say)}\n`)
  else
    process.stderr.write(
      `${t('A bug in Oldhand, please report it', 'Oldhand 程序错误，请反馈')}${t(': ', '：')}${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    )
  return 2
}

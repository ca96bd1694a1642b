import { typed } from '../core/answer.ts'
import { verbatim } from '../core/failure.ts'
import { type Say, say } from '../core/lang.ts'

export const stepWords = (host: string, run: readonly string[]): Say => verbatim(typed(host, run))

export const unreadWords = (why: Say): Say =>
  say(`What is there now could not be read: ${why.en}`, `读不到当前状态：${why.zh}`)

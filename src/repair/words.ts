import { commandLine } from '../core/answer.ts'
import { verbatim } from '../core/failure.ts'
import { type Say, say } from '../core/lang.ts'

/** `comp1# ovs-vsctl …` */
export const stepWords = (host: string, run: readonly string[]): Say =>
  verbatim(`${host}# ${commandLine({ host: '', argv: run })}`)

export const unreadWords = (why: Say): Say =>
  say(`What is there now could not be read: ${why.en}`, `读不到当前状态：${why.zh}`)

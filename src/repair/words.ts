import { commandLine } from '../core/answer.ts'
import { verbatim } from '../core/failure.ts'
import type { Say } from '../core/lang.ts'

/** `comp1# ovs-vsctl …` */
export const stepWords = (host: string, run: readonly string[]): Say =>
  verbatim(`${host}# ${commandLine({ host: '', argv: run })}`)

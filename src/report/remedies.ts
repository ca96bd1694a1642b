import { typed } from '../core/answer.ts'
import type { Suspect } from '../core/diagnosis.ts'
import type { Language } from '../core/lang.ts'
import type { Remedy } from '../core/step.ts'
import type { Subject } from '../core/subject.ts'

export const remediesOf = (suspect: Suspect, subject: Subject): readonly Remedy[] =>
  suspect.cause.fix(suspect.verdict.detail, { subject, host: suspect.host })

export const commandOf = ({ on, run }: Remedy): string | undefined => run && typed(on, run)

export function remedyLine(remedy: Remedy, lang: Language): string {
  const command = commandOf(remedy)
  return command === undefined ? remedy.say[lang] : `${remedy.say[lang]}  ${command}`
}

import { commandLine } from '../core/answer.ts'
import type { Suspect } from '../core/diagnosis.ts'
import type { Language } from '../core/lang.ts'
import type { Remedy } from '../core/step.ts'
import type { Subject } from '../core/subject.ts'

export const remediesOf = (suspect: Suspect, subject: Subject): readonly Remedy[] =>
  suspect.cause.fix(suspect.verdict.detail, { subject, host: suspect.host })

/** `comp1# ovs-vsctl …`: a prompt, and what to type there. API commands are typed anywhere. */
export function commandOf(remedy: Remedy): string | undefined {
  if (!remedy.run) return undefined
  const prompt = remedy.on === 'api' ? '$' : `${remedy.on}#`
  return `${prompt} ${commandLine({ host: '', argv: remedy.run })}`
}

export function remedyLine(remedy: Remedy, lang: Language): string {
  const command = commandOf(remedy)
  return command === undefined ? remedy.say[lang] : `${remedy.say[lang]}  ${command}`
}

import { distinct, type Evidence } from '../core/answer.ts'
import type { Diagnosis, Suspect } from '../core/diagnosis.ts'
import type { Remedy } from '../core/step.ts'
import { oneLine, readable } from './evidence.ts'
import { labels, riskWords, surenessWords } from './labels.ts'
import { heading, type Pen } from './pen.ts'
import { commandOf, remediesOf } from './remedies.ts'
import { elide, wrap } from './text.ts'

/** Lines of evidence for each cause; all of them with `-v`. */
const EVIDENCE = 4

/** The causes, each with its evidence; what follows from them in one line; warnings apart. */
export function causesPart(d: Diagnosis, pen: Pen): readonly string[] {
  const roots = d.causes.filter((s) => s.explainedBy.length === 0)
  const consequences = d.causes.filter((s) => s.explainedBy.length > 0)
  const follows = consequences.map((s) => `${s.cause.words[pen.lang].title} (${s.cause.id}, ${s.host})`)
  return [
    ...roots.flatMap((s, i) => [...(i > 0 ? [''] : []), ...suspect(s, pen.tell(labels.cause), pen, isHeadline(s, d))]),
    ...(follows.length > 0
      ? ['', ...wrap(`${pen.tell(labels.follows)}${pen.colon}${follows.join('; ')}`, pen.width, '  ')]
      : []),
    ...d.warnings.flatMap((s) => ['', ...suspect(s, pen.tell(labels.warning), pen)]),
  ].slice(roots.length === 0 && follows.length === 0 ? 1 : 0)
}

/** What the first line of the report has said is not said again. */
const isHeadline = (s: Suspect, d: Diagnosis) => d.verdict === 'broken' && s === d.causes[0]

function suspect(s: Suspect, kind: string, pen: Pen, told = false): readonly string[] {
  const words = s.cause.words[pen.lang]
  const title = wrap(`${kind}  ${pen.tell(surenessWords[s.verdict.sure])}  ${words.title}`, pen.width, '')
  const because = distinct(s.verdict.because)
  const shown = pen.verbose ? because : because.slice(0, EVIDENCE)
  return [
    ...title.map((line) => heading(pen, line)),
    `  ${pen.paint.dim(`${s.cause.id}  ${s.host}`)}`,
    ...(told ? [] : wrap(oneLine(words.says(s.verdict.detail)), pen.width, '  ')),
    ...wrap(words.why, pen.width, '  '),
    ...shown.flatMap((e) => evidence(e, pen)),
    ...(shown.length < because.length
      ? [
          `    ${pen.t(`and ${because.length - shown.length} more (-v)`, `还有 ${because.length - shown.length} 条证据（-v 查看）`)}`,
        ]
      : []),
  ]
}

function evidence(e: Evidence, pen: Pen): readonly string[] {
  const command = oneLine(`${e.host}  ${e.command}`)
  const seen = oneLine(pen.verbose ? e.line : readable(e.line))
  const line = e.absent === undefined ? seen : pen.t(`no line with ${e.absent}`, `没有包含 ${e.absent} 的行`)
  if (pen.verbose) return [...wrap(command, pen.width, '    ').map(pen.paint.dim), ...wrap(line, pen.width, '      ')]
  return [pen.paint.dim(`    ${elide(command, pen.width - 4)}`), `      ${elide(line, pen.width - 6)}`]
}

/** What to do about the causes that nothing else explains, best first. */
export function todoPart(d: Diagnosis, pen: Pen): readonly string[] {
  const roots = [...d.causes, ...d.warnings].filter((s) => s.explainedBy.length === 0)
  const seen = new Set<string>()
  const lines = roots
    .flatMap((s) => remediesOf(s, d.subject))
    .flatMap((remedy) => {
      const command = commandOf(remedy)
      const key = command ?? pen.tell(remedy.say)
      if (seen.has(key)) return []
      seen.add(key)
      const words = `${pen.tell(remedy.say)}${riskNote(remedy, pen)}`
      // A command is to be copied: it is never broken.
      return [...wrap(words, pen.width, '  '), ...(command ? [pen.paint.cyan(`    ${oneLine(command)}`)] : [])]
    })
  return lines.length > 0 ? [heading(pen, pen.tell(labels.todo)), ...lines] : []
}

/** Only what interrupts somebody is worth a word beside what already says what it does. */
function riskNote({ risk }: Remedy, pen: Pen): string {
  if (risk !== 'blips this port' && risk !== "blips this host's ports") return ''
  return pen.t(` (${riskWords[risk].en})`, `（${riskWords[risk].zh}）`)
}

import { type Answer, commandLine } from '../core/answer.ts'
import type { Diagnosis } from '../core/diagnosis.ts'
import { failureLine } from '../core/failure.ts'
import { oneLine, plain } from './evidence.ts'
import { labels } from './labels.ts'
import { heading, type Pen } from './pen.ts'
import { elide, wrap } from './text.ts'

/** Changes shown; all of them with `-v`. */
const CHANGES = 5
/** Unanswered questions of a host shown; all of them with `-v`. */
const UNREAD = 3
/** Lines of each answer shown with `-v`. */
const ANSWER_LINES = 8

export function changesPart(d: Diagnosis, pen: Pen): readonly string[] {
  if (d.changes.length === 0 || d.verdict === 'healthy') return []
  const shown = pen.verbose ? d.changes : d.changes.slice(0, CHANGES)
  const rows = shown.map((c) =>
    elide(oneLine(`${timeOf(c.at)}  ${c.host}  ${pen.tell(c.what)}`).replace(/^/, '  '), pen.width),
  )
  const more = d.changes.length - shown.length
  return [
    heading(pen, pen.tell(labels.changed)),
    ...rows,
    ...(more > 0 ? [pen.paint.dim(`  ${moreOf(more, pen)}`)] : []),
  ]
}

export function settlePart(d: Diagnosis, pen: Pen): readonly string[] {
  if (d.verdict !== 'undetermined' || d.toSettle.length === 0) return []
  return [heading(pen, pen.tell(labels.settle)), ...d.toSettle.flatMap((s) => wrap(pen.tell(s), pen.width, '  '))]
}

export function limitsPart(d: Diagnosis, pen: Pen): readonly string[] {
  if (d.limits.length === 0) return []
  return [heading(pen, pen.tell(labels.limits)), ...d.limits.flatMap((s) => wrap(pen.tell(s), pen.width, '  '))]
}

/** What had no answer, and what that leaves open. A host that is gone altogether is one line. */
export function unreadPart(d: Diagnosis, pen: Pen): readonly string[] {
  if (d.unread.length === 0) return []
  const hosts = [...new Set(d.unread.map((a) => a.ask.host))]
  const lines = hosts.flatMap((host) => {
    const mine = d.unread.filter((a) => a.ask.host === host)
    const reasons = [...new Set(mine.map((a) => reasonOf(a, pen)))]
    const whole = d.answers.every((a) => a.ask.host !== host || a.failure)
    if (whole && reasons.length === 1)
      return wrap(oneLine(`${host}  ${pen.tell(labels.all)}: ${reasons[0]}`), pen.width, '  ')
    const shown = pen.verbose ? mine : mine.slice(0, UNREAD)
    const rows = shown.map(
      (a) => `  ${elide(oneLine(`${host}  ${commandLine(a.ask)}: ${reasonOf(a, pen)}`), pen.width - 2)}`,
    )
    return mine.length > shown.length ? [...rows, `  ${host}  ${moreOf(mine.length - shown.length, pen)}`] : rows
  })
  const open = [...new Set(d.unknown.map((u) => u.id))]
  const causes =
    open.length > 0
      ? wrap(
          pen.t(`not judged for lack of facts: ${open.join(', ')}`, `因缺少信息未判定：${open.join('、')}`),
          pen.width,
          '  ',
        )
      : []
  return [heading(pen, pen.tell(labels.unread)), ...lines, ...causes]
}

export function footerPart(d: Diagnosis, pen: Pen): readonly string[] {
  const ruledOut = new Set(d.ruledOut.map((r) => r.id)).size
  const unknown = new Set(d.unknown.map((u) => u.id)).size
  const hosts = new Set(d.answers.map((a) => a.ask.host)).size
  const seconds = (d.tookMs / 1000).toFixed(1)
  const line = pen.t(
    `Ruled out ${ruledOut} causes · unknown ${unknown} · ${d.asked} questions to ${hosts} places · ${seconds} s`,
    `已排除 ${ruledOut} 个原因 · 未判定 ${unknown} 个 · 在 ${hosts} 处执行 ${d.asked} 条查询 · ${seconds} 秒`,
  )
  return [pen.paint.dim(line)]
}

/** Every command with what it printed, and everything that was ruled out. */
export function verbosePart(d: Diagnosis, pen: Pen): readonly string[] {
  const excluded = d.ruledOut.flatMap((r) => [
    `  ${r.id}  ${r.host}`,
    ...r.because.slice(0, 2).map((e) => `      ${elide(oneLine(e.line), pen.width - 6)}`),
  ])
  const open = d.unknown.map((u) => `  ? ${u.id}  ${u.host}: ${oneLine(pen.tell(u.missing))}`)
  return [
    heading(pen, pen.tell(labels.ruledOut)),
    ...excluded,
    ...open,
    '',
    ...d.answers.flatMap((a) => answerLines(a, pen)),
  ]
}

function answerLines(a: Answer, pen: Pen): readonly string[] {
  const head = `${a.ask.host}# ${oneLine(commandLine(a.ask))}  [${reasonOf(a, pen)}, ${a.ms} ms]`
  const lines = plain(a.stdout)
    .split('\n')
    .filter((l) => l.trim() !== '')
  return [
    pen.paint.dim(head),
    ...lines.slice(0, ANSWER_LINES).map((l) => `  ${elide(l, pen.width - 2)}`),
    ...(lines.length > ANSWER_LINES ? [`  … (${lines.length})`] : []),
  ]
}

const reasonOf = ({ failure, exit }: Answer, pen: Pen) => (failure ? pen.tell(failureLine(failure)) : `exit ${exit}`)

const moreOf = (n: number, pen: Pen) => pen.t(`and ${n} more (-v)`, `还有 ${n} 条（-v 查看）`)

/** Local time, to the second. */
function timeOf(ms: number): string {
  const at = new Date(ms)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

import { type Answer, commandLine } from '../core/answer.ts'
import type { Diagnosis } from '../core/diagnosis.ts'
import { failureLine } from '../core/failure.ts'
import { oneLine, plain } from './evidence.ts'
import { labels } from './labels.ts'
import { heading, type Pen } from './pen.ts'
import { openCauses, ruledOutEverywhere } from './tally.ts'
import { elide, wrap } from './text.ts'

/** Changes shown; all of them with `-v`. */
const CHANGES = 5
/** Causes that could not be judged, by name; all of them with `-v`. */
const OPEN = 3

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
      return wrap(oneLine(`${host}  ${pen.tell(labels.all)}${pen.colon}${reasons[0]}`), pen.width, '  ')
    return pen.verbose ? mine.map((a) => unreadRow(a, pen)) : reasons.map((reason) => rowOf(reason, mine, pen))
  })
  return [heading(pen, pen.tell(labels.unread)), ...lines, ...notJudged(d, pen)]
}

const unreadRow = (a: Answer, pen: Pen) =>
  `  ${elide(oneLine(`${a.ask.host}  ${commandLine(a.ask)}: ${reasonOf(a, pen)}`), pen.width - 2)}`

/** Of many commands that failed in one way, one row. */
function rowOf(reason: string, all: readonly Answer[], pen: Pen): string {
  const mine = all.filter((a) => reasonOf(a, pen) === reason)
  const [first] = mine
  if (first && mine.length === 1) return unreadRow(first, pen)
  const count = pen.t(`${mine.length} commands`, `${mine.length} 条命令`)
  return `  ${elide(oneLine(`${first?.ask.host}  ${count}${pen.colon}${reason}`), pen.width - 2)}`
}

function notJudged(d: Diagnosis, pen: Pen): readonly string[] {
  const open = openCauses(d)
  if (open.length === 0) return []
  if (open.length > OPEN && !pen.verbose)
    return [`  ${pen.t(`${open.length} causes could not be judged (-v)`, `${open.length} 个原因无法判定（-v 查看）`)}`]
  const words = pen.t(`not judged for lack of facts: ${open.join(', ')}`, `因缺少信息未判定：${open.join('、')}`)
  return wrap(words, pen.width, '  ')
}

export function footerPart(d: Diagnosis, pen: Pen): readonly string[] {
  const ruledOut = ruledOutEverywhere(d).length
  const unknown = openCauses(d).length
  const seconds = (d.tookMs / 1000).toFixed(1)
  // What a report says of "now" is of the moment of recording.
  const when = d.recordedAt
    ? pen.t(`recorded ${timeOf(Date.parse(d.recordedAt))}`, `录制于 ${timeOf(Date.parse(d.recordedAt))}`)
    : pen.t(`${seconds} s`, `${seconds} 秒`)
  const line = pen.t(
    `Ruled out ${ruledOut} causes · unknown ${unknown} · ${d.asked} commands · ${when}`,
    `已排除 ${ruledOut} 个原因 · 未判定 ${unknown} 个 · 执行 ${d.asked} 条命令 · ${when}`,
  )
  return wrap(line, pen.width, '').map(pen.paint.dim)
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
  return [pen.paint.dim(head), ...lines.map((l) => `  ${l}`)]
}

const reasonOf = ({ failure, exit }: Answer, pen: Pen) => (failure ? pen.tell(failureLine(failure)) : `exit ${exit}`)

const moreOf = (n: number, pen: Pen) => pen.t(`and ${n} more (-v)`, `还有 ${n} 条（-v 查看）`)

/** Local time, to the second. */
function timeOf(ms: number): string {
  const at = new Date(ms)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

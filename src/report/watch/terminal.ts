import { commandLine } from '../../core/answer.ts'
import { failureLine } from '../../core/failure.ts'
import type { Finding } from '../../watch/finding.ts'
import { atServer } from '../../watch/story.ts'
import type { Told } from './told.ts'
import { frameRows } from '../capture/rows.ts'
import { oneLine } from '../evidence.ts'
import { labels, surenessWords } from '../labels.ts'
import { heading, type Pen, penFor, type TerminalOptions } from '../pen.ts'
import { elide, wrap } from '../text.ts'
import { findingWords, outcomeNext, outcomeSays, outcomeWords } from './words.ts'

/** Frames shown of what was heard, and of a finding; all of them with `-v`. */
const FRAMES = 12
const FRAMES_OF_FINDING = 4

/** What was heard of a VM: the answer first, each finding with its frames, what to do, what could not be heard. */
export function renderWatch(told: Told, options: TerminalOptions): string {
  const pen = penFor(options)
  return [
    headPart(told, pen),
    ...told.story.findings.map((finding, i) => findingPart(finding, pen, isHeadline(told, i))),
    nextPart(told, pen),
    heardPart(told, pen),
    limitsPart(told, pen),
    deafPart(told, pen),
  ]
    .filter((part) => part.length > 0)
    .map((part) => part.map((line) => line.trimEnd()).join('\n'))
    .join('\n\n')
}

function headPart({ subject, story, seconds, heard }: Told, pen: Pen): readonly string[] {
  const { outcome, findings } = story
  const colour =
    outcome === 'leased' || outcome === 'spoke'
      ? pen.paint.green
      : outcome === 'trouble'
        ? pen.paint.red
        : pen.paint.yellow
  const says = pen.tell(outcome === 'trouble' ? (findings[0]?.says ?? outcomeSays.trouble) : outcomeSays[outcome])
  const { port, network, compute } = subject
  const place = compute === undefined ? '' : pen.t(` on ${compute}`, `，位于 ${compute}`)
  const time = seconds === undefined ? '' : pen.t(`heard for ${seconds.toFixed(1)} s`, `监听 ${seconds.toFixed(1)} 秒`)
  const count = pen.t(`${heard.length} frames`, `${heard.length} 帧`)
  const ips = port.fixedIps.map(({ ip }) => ip).join(', ')
  const head = `${oneLine(subject.name)}  ${pen.tell(outcomeWords[outcome])}${pen.colon}${oneLine(says)}`
  return [
    ...wrap(head, pen.width, '').map((line) => pen.paint.bold(colour(line))),
    `${pen.tell(labels.port)} ${port.id.slice(0, 8)}  ${port.mac}  ${ips}`,
    `${pen.tell(labels.network)} ${oneLine(network.name)}${place}  ${[time, count].filter(Boolean).join(' · ')}`,
  ]
}

/** What the first line of the report has said is not said again. */
const isHeadline = ({ story }: Told, index: number): boolean => story.outcome === 'trouble' && index === 0

function findingPart({ id, sure, says, frames }: Finding, pen: Pen, isTold: boolean): readonly string[] {
  const { title, why } = findingWords[id]
  const shown = pen.verbose ? frames : frames.slice(0, FRAMES_OF_FINDING)
  return [
    ...wrap(`${pen.tell(labels.cause)}  ${pen.tell(surenessWords[sure])}  ${pen.tell(title)}`, pen.width, '').map(
      (line) => heading(pen, line),
    ),
    `  ${pen.paint.dim(id)}`,
    ...(isTold ? [] : wrap(oneLine(pen.tell(says)), pen.width, '  ')),
    ...wrap(pen.tell(why), pen.width, '  '),
    ...rows(shown, pen),
  ]
}

const rows = (heard: Told['heard'], pen: Pen): readonly string[] =>
  frameRows(
    heard.map(({ frame }) => frame),
    { ...pen, width: pen.width - 4 },
  ).map((row) => `    ${row}`)

function nextPart({ story, heard, subject }: Told, pen: Pen): readonly string[] {
  const todo = [...new Set(story.findings.map(({ id }) => findingWords[id].todo))]
  const next = outcomeNext[story.outcome]
  const { asked, answered } = atServer(heard, subject.port)
  const server = pen.t(
    `At its DHCP port ${asked} requests of the guest were heard, and ${answered} answers.`,
    `在 DHCP 端口上监听到该虚拟机的 ${asked} 个请求、${answered} 个应答。`,
  )
  const lines = [
    ...todo.map((each) => pen.tell(each)),
    ...(story.outcome === 'unanswered' ? [server] : []),
    ...(next === undefined ? [] : [pen.tell(next)]),
  ]
  return lines.length === 0
    ? []
    : [heading(pen, pen.tell(labels.todo)), ...lines.flatMap((line) => wrap(line, pen.width, '  '))]
}

function heardPart({ heard }: Told, pen: Pen): readonly string[] {
  if (heard.length === 0) return []
  const shown = pen.verbose ? heard : heard.slice(0, FRAMES)
  const more = heard.length - shown.length
  return [
    heading(pen, pen.t('Heard', '监听到的帧')),
    ...rows(shown, pen),
    ...(more > 0 ? [pen.paint.dim(`    ${pen.t(`and ${more} more (-v)`, `还有 ${more} 帧（-v 查看）`)}`)] : []),
  ]
}

const limitsPart = ({ limits }: Told, pen: Pen): readonly string[] =>
  limits.length === 0
    ? []
    : [heading(pen, pen.tell(labels.limits)), ...limits.flatMap((each) => wrap(pen.tell(each), pen.width, '  '))]

function deafPart({ deaf }: Told, pen: Pen): readonly string[] {
  const lines = deaf.flatMap(({ ask, failure }) =>
    failure
      ? [
          ...wrap(oneLine(`${ask.host}  ${pen.tell(failureLine(failure))}`), pen.width, '  '),
          pen.paint.dim(`    ${elide(oneLine(commandLine(ask)), pen.width - 4)}`),
        ]
      : [],
  )
  return lines.length === 0 ? [] : [heading(pen, pen.t('Could not be listened to', '无法监听')), ...lines]
}

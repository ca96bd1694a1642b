import type { Blocker, Ending, Traced, TracedStep } from '../../core/traced.ts'
import { type Pen, penFor, type TerminalOptions } from '../pen.ts'
import { elide } from '../text.ts'
import { outcomes, reasons } from './words.ts'

/** A trace for people: the answer first, then what blocks, then every flow that the packet met. */
export function renderTrace(traced: Traced, options: TerminalOptions): string {
  const pen = penFor(options)
  const colour = { delivered: pen.paint.green, dropped: pen.paint.red, inconclusive: pen.paint.yellow }[traced.outcome]
  return [
    `${pen.paint.bold(colour(pen.tell(outcomes[traced.outcome])))}  ${traced.packet}`,
    ...outputLines(traced, pen),
    ...blockerLines(traced.blockers, pen),
    ...assumedLines(traced.assumed, pen),
    '',
    ...stepLines(traced.steps, pen),
  ].join('\n')
}

function outputLines({ outputs }: Traced, pen: Pen): readonly string[] {
  const lines = outputs.map(({ host, bridge, port, ofport, packet, tunnel }) => {
    const into = tunnel
      ? pen.t(` to ${tunnel.remote}, VNI ${tunnel.id}`, `，发往 ${tunnel.remote}，VNI ${tunnel.id}`)
      : ''
    const where = host === undefined ? bridge : `${host} ${bridge}`
    return `  → ${where} ${pen.paint.bold(port)} (${ofport})${into}\n      ${packet}`
  })
  return [...new Set(lines)]
}

function blockerLines(blockers: readonly Blocker[], pen: Pen): readonly string[] {
  return blockers.flatMap((block, i) => {
    const isFirst = i === 0 || blockers[i - 1]?.host !== block.host
    const head = isFirst ? pen.t('Dropped by', '丢弃位置') : pen.t('and without that, by', '去掉它之后，下一个丢弃位置')
    const host = block.host === undefined ? '' : `${block.host} `
    return [
      `${pen.paint.bold(head)}${pen.colon}${host}${block.bridge} ${placeOf(block, pen)}${pen.colon}${reasonOf(block, pen)}`,
      ...(block.flow === undefined ? [] : [`    ${block.flow}`]),
    ]
  })
}

const assumedLines = (assumed: readonly Ending[], pen: Pen): readonly string[] =>
  assumed.map((each) => `${pen.paint.bold(pen.t('Assumed', '假定'))}${pen.colon}${reasonOf(each, pen)}`)

function reasonOf({ why, about }: Ending, pen: Pen): string {
  const words = reasons[why]
  return `${words ? pen.tell(words) : why}${about === '' ? '' : ` (${about})`}`
}

/** A table of OpenFlow by its number, a chain of iptables by its name. */
const placeOf = ({ table, chain }: Blocker, pen: Pen): string =>
  chain === undefined ? `${pen.t('table', '表')} ${table}` : `iptables ${chain}`

function stepLines(steps: readonly TracedStep[], pen: Pen): readonly string[] {
  return steps.flatMap((step, i) => {
    const before = steps[i - 1]
    const moved = before?.bridge !== step.bridge || before.host !== step.host
    const indent = '  '.repeat(Math.min(step.depth, 12) + 1)
    return [
      ...(moved ? [pen.paint.bold(`${step.host === undefined ? '' : `${step.host} `}${step.bridge}`)] : []),
      `${indent}${step.chain === undefined ? step.table : 'iptables'}. ${elide(flowOf(step, pen), Math.max(30, pen.width - indent.length - 4))}`,
      ...step.ended.map((each) => `${indent}   ${pen.paint.yellow(reasonOf(each, pen))}`),
    ]
  })
}

const flowOf = (step: TracedStep, pen: Pen): string => {
  if (step.chain !== undefined) return step.flow ?? ''
  return step.priority === undefined
    ? pen.t('no match', '无匹配')
    : `${[`priority=${step.priority}`, step.match].filter(Boolean).join(',')} ${pen.paint.dim(`actions=${step.actions ?? ''}`)}`
}

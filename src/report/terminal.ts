import type { Diagnosis } from '../core/diagnosis.ts'
import { causesPart, todoPart } from './causes-part.ts'
import { changesPart, footerPart, limitsPart, settlePart, unreadPart, verbosePart } from './closing-parts.ts'
import { comparisonPart } from './comparison-part.ts'
import { experimentsPart } from './experiments/part.ts'
import { headPart } from './head-part.ts'
import { journeyPart } from './journey-part.ts'
import { networkTeamPart } from './network-team.ts'
import { type Pen, penFor, type TerminalOptions } from './pen.ts'
import { isOutOfScope } from './tally.ts'

export type { TerminalOptions } from './pen.ts'

/** A diagnosis as an operator reads it: verdict, path, causes with evidence, what to do, what nobody could see. */
export function renderTerminal(d: Diagnosis, options: TerminalOptions): string {
  const pen = penFor(options)
  return partsOf(d, pen)
    .filter((part) => part.length > 0)
    .map((part) => part.map((line) => line.trimEnd()).join('\n'))
    .join('\n\n')
}

function partsOf(d: Diagnosis, pen: Pen): readonly (readonly string[])[] {
  const quiet = d.verdict === 'healthy' && d.warnings.length === 0 && !pen.verbose
  if (quiet) return [headPart(d, pen), experimentsPart(d, pen), comparisonPart(d, pen), footerPart(d, pen)]
  return [
    headPart(d, pen),
    ...(isOutOfScope(d) ? [] : [journeyPart(d, pen)]),
    causesPart(d, pen),
    experimentsPart(d, pen),
    comparisonPart(d, pen),
    changesPart(d, pen),
    todoPart(d, pen),
    networkTeamPart(d, pen),
    settlePart(d, pen),
    ...(isOutOfScope(d) ? [] : [limitsPart(d, pen)]),
    unreadPart(d, pen),
    pen.verbose ? verbosePart(d, pen) : [],
    footerPart(d, pen),
  ]
}

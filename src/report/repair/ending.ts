import type { Say } from '../../core/lang.ts'
import { say } from '../../core/lang.ts'
import type { RepairOutcome, Snapshot } from '../../core/repair.ts'
import { verdicts } from '../labels.ts'
import { heading, type Pen } from '../pen.ts'
import { pad, widthOf, wrap } from '../text.ts'

export const outcomeWords: Readonly<Record<RepairOutcome, Say>> = {
  fixed: say('FIXED', '已修复'),
  kept: say('DID NOT HELP, KEPT', '没有效果，已保留'),
  undone: say('UNDONE', '已撤销'),
  stopped: say('STOPPED', '已停止'),
}

/** How a repair ended, and the diagnosis before and after it, side by side. */
export function renderEnding(
  { outcome, why, before, after }: { outcome: RepairOutcome; why: Say; before: Snapshot; after: Snapshot },
  pen: Pen,
): string {
  const left = columnOf(pen.t('before', '之前'), before, pen)
  const right = columnOf(pen.t('after', '之后'), after, pen)
  const width = Math.max(...left.map((line) => widthOf(line))) + 3
  const rows = Array.from({ length: Math.max(left.length, right.length) }, (_, i) =>
    `  ${pad(left[i] ?? '', width)}${right[i] ?? ''}`.trimEnd(),
  )
  return [heading(pen, pen.tell(outcomeWords[outcome])), ...wrap(pen.tell(why), pen.width, '  '), ...rows].join('\n')
}

const columnOf = (title: string, { verdict, causes }: Snapshot, pen: Pen) => [
  title,
  pen.tell(verdicts[verdict]),
  ...causes,
]

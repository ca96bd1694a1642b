import type { Command } from 'commander'
import { typed } from '../core/answer.ts'
import { say } from '../core/lang.ts'
import { penFor } from '../report/pen.ts'
import { renderEnding } from '../report/repair/ending.ts'
import { isStanding, type Journal, RepairError, storiesOf, type Story, storyOf, undone } from '../repairing.ts'
import { consents, eachStep, requireConsent } from './consent.ts'
import { localeOf } from './language.ts'
import { addRepair, journalled, type RepairOptions, withHands } from './repair-reach.ts'
import { listWidth, terminalOf } from './terminal.ts'

export function addUndo(program: Command): void {
  const { t } = localeOf(process.argv)
  const command = program
    .command('undo [id]')
    .description(
      t(
        'Take a repair back, newest step first (the last repair, or the one named). Also one that was interrupted.',
        '撤销修复，从最后一步开始（默认撤销最近一次，也可指定编号）。中断的修复同样可以撤销。',
      ),
    )
  addRepair(command)
    .option('--yes', t('do not ask', '不再询问'))
    .action(async (id: string | undefined, options: RepairOptions) => {
      requireConsent(options)
      await journalled(options, (journal) => undo(id, journal, options))
    })
}

async function undo(id: string | undefined, journal: Journal, options: RepairOptions): Promise<void> {
  const story = storyToUndo(storiesOf(journal.entries), id && storyOf(journal.entries, id))
  for (const line of undoLines(story)) process.stdout.write(`${line}\n`)
  const { t } = localeOf(process.argv)
  if (!story.steps.some(isStanding))
    process.stdout.write(`  ${t('nothing was done yet: it is ended', '尚未执行任何步骤：仅将其结束')}\n`)
  if (!(await consents(options, say('Take this back?', '撤销以上内容？')))) return
  const why = say('Taken back by the operator.', '由操作人撤销。')
  const ending = await withHands(story.plan, journal, { options, agrees: eachStep(options) }, (hands) =>
    undone(hands, story.id, why),
  )
  const pen = penFor(terminalOf(listWidth))
  process.stdout.write(`${renderEnding({ ...ending, before: story.found, after: ending.found }, pen)}\n`)
  process.exitCode = ending.outcome === 'undone' ? 0 : 1
}

/**
 * The last repair that changed something and is not taken back yet, or the one that is named. One that was planned and cut
 * off before its first step is the last as well: what was repaired before it is not meant.
 */
export function storyToUndo(all: readonly Story[], named: Story | '' | undefined): Story {
  const isCutOff = ({ plan, outcome }: Story) => plan.steps.length > 0 && !outcome
  const story = named || all.findLast((each) => each.steps.some(isStanding) || isCutOff(each))
  if (story && (story.steps.some(isStanding) || !story.outcome)) return story
  throw new RepairError(say('The journal has no repair to take back.', '日志中没有可以撤销的修复。'))
}

/** What would take a repair back, the last step first. */
export const undoLines = ({ id, plan, steps }: Story): readonly string[] => [
  `${id}  ${plan.vm}`,
  ...plan.steps
    .filter((_, i) => isStanding(steps[i]))
    .toReversed()
    .map((step) => `  ${typed(step.on, step.undo ?? ['true'])}`),
]

import type { Command } from 'commander'
import { penFor } from '../report/pen.ts'
import { renderJournal } from '../report/repair/journal.ts'
import { readJournal, usualJournal } from '../repairing.ts'
import { languageOption, localeOf } from './language.ts'
import { listWidth, terminalOf } from './terminal.ts'

interface Options {
  readonly journal: string
  readonly json?: boolean
}

export function addJournal(program: Command): void {
  const locale = localeOf(process.argv)
  const { t, tell } = locale
  program
    .command('journal [id]')
    .description(
      t(
        'List all repairs: who, when, why, what, result; and whether the journal is as Oldhand wrote it.',
        '列出所有修复：谁、何时、为何、做了什么、结果如何，并检查日志是否被改动。',
      ),
    )
    .option('--journal <file>', t('where repairs are written down', '修复日志文件'), usualJournal())
    .option('--json', t('the entries as JSON', '输出 JSON'))
    .addOption(languageOption(locale))
    .action(async (id: string | undefined, options: Options) => {
      const { entries, damage, head, torn } = await readJournal(options.journal)
      const shown = entries.filter((entry) => id === undefined || entry.repair === id)
      process.exitCode = damage.length === 0 ? 0 : 1
      if (options.json) {
        const whole = damage.length === 0
        process.stdout.write(
          `${JSON.stringify({ whole, head, torn, damage: damage.map(tell), entries: shown }, null, 2)}\n`,
        )
        return
      }
      process.stdout.write(`${renderJournal(shown, penFor(terminalOf(listWidth)))}\n\n`)
      for (const line of damage)
        process.stdout.write(`${t('CHANGED BY ANOTHER HAND: ', '日志被改动：')}${tell(line)}\n`)
      if (damage.length === 0) process.stdout.write(`${t('Whole. Its head: ', '日志完整。末行哈希：')}${head}\n`)
    })
}

import { Command, CommanderError } from 'commander'
import { addCheckAccess } from './check-access.ts'
import { addDemo } from './demo.ts'
import { addFix } from './fix.ts'
import { addFlows } from './flows.ts'
import { addJournal } from './journal.ts'
import { addDiagnose } from './diagnose.ts'
import { addLab } from './lab.ts'
import { speak } from './commander-words.ts'
import { languageOption, localeOf } from './language.ts'
import { addPcap } from './pcap.ts'
import { addRecord } from './record.ts'
import { addSudoers } from './sudoers.ts'
import { addSweep } from './sweep.ts'
import { addUndo } from './undo.ts'
import { addTrace } from './trace.ts'
import { tellError } from './errors.ts'
import { version } from './version.ts'
import { addWatch } from './watch.ts'

const verbs = [
  ...[addDiagnose, addFix, addUndo, addJournal, addTrace, addFlows, addWatch, addPcap, addRecord, addSweep],
  ...[addCheckAccess, addSudoers, addLab, addDemo],
]

/** Exit statuses: 0 healthy, 1 broken, 2 wrong use (or nothing could be done), 3 undetermined. */
async function main(): Promise<void> {
  const locale = localeOf(process.argv)
  const { t } = locale
  const program = speak(new Command('oldhand'), locale)
    .description(
      t(
        "Finds where an OpenStack VM's packets stop, why, on what evidence, and what to do.",
        '找出 OpenStack 虚拟机的报文断在哪里、为什么、证据是什么、该怎么办。',
      ),
    )
    .version(version, '-V, --version', t('print the version', '显示版本'))
    .addOption(languageOption(locale))
    .enablePositionalOptions()
    .addHelpText(
      'after',
      t(
        '\nEvery command takes --lang en|zh and has its own --help.',
        '\n每个子命令都可以加 --lang en|zh，并有自己的 --help。',
      ),
    )
    .exitOverride()
  for (const add of verbs) add(program)
  await program.parseAsync()
}

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

main().catch((error: unknown) => {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else process.exitCode = tellError(error)
})

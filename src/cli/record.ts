import type { Command } from 'commander'
import { diagnose } from '../app.ts'
import { writeBundle } from '../hosts/bundle.ts'
import { addCompare, type CompareOptions, whenToCompare } from './comparing.ts'
import { tellOutcome } from './diagnose.ts'
import { localeOf } from './language.ts'
import { progressing } from './progress.ts'
import { addProve, type ProveOptions, provingOf, requireProvable } from './prove.ts'
import { addReach, askedOf, openLive, type ReachOptions } from './reach.ts'
import { version } from './version.ts'

interface Options extends ReachOptions, CompareOptions, ProveOptions {
  readonly output?: string
}

export function addRecord(program: Command): void {
  const { t } = localeOf(process.argv)
  const command = program
    .command('record [vm]')
    .description(t('Save every raw answer of a diagnosis in one file.', '把一次诊断的全部原始输出保存成一个文件。'))
    .option('-o, --output <file>', t('file to write (default: VM.oldhand)', '输出文件（默认 虚拟机名.oldhand）'))
  addProve(addCompare(addReach(command)))
    .addHelpText(
      'after',
      t(
        '\nExit status: 0 written, 2 wrong use, 3 API or host cannot be reached',
        '\n退出码：0 已写入，2 用法错误，3 API 或主机连接不上',
      ),
    )
    .action(async (vm: string | undefined, options: Options) => {
      requireProvable(options)
      const asked = askedOf(vm, options)
      const transport = progressing(openLive(options))
      try {
        const proving = options.prove ? provingOf(options, transport) : undefined
        const outcome = await diagnose(asked, transport, {
          comparing: whenToCompare(options),
          ...(proving ? { proving } : {}),
        })
        if (outcome.kind !== 'diagnosis') {
          process.exitCode = tellOutcome(outcome, {})
          return
        }
        const file = options.output ?? `${outcome.diagnosis.subject.name.replace(/[^\w.-]/g, '_')}.oldhand`
        await writeBundle(file, {
          asked,
          recordedAt: new Date().toISOString(),
          oldhand: version,
          ...(proving && outcome.diagnosis.experiments.length > 0
            ? { run: proving.run, ...(proving.ways ? { ways: proving.ways } : {}) }
            : {}),
          answers: outcome.diagnosis.answers,
        })
        process.stdout.write(
          `${t(`wrote ${file}; look at it with: oldhand diagnose --bundle ${file}`, `已写入 ${file}；查看：oldhand diagnose --bundle ${file}`)}\n`,
        )
      } finally {
        await transport.close()
      }
    })
}

import type { Command } from 'commander'
import { flowVerdict } from '../core/flow-report.ts'
import { type Expectation, expectFlows } from '../expecting.ts'
import { flowsToJson } from '../report/flows/schema.ts'
import { renderFlows } from '../report/flows/terminal.ts'
import { localeOf } from './language.ts'
import { listWidth, terminalOf } from './terminal.ts'
import { openVm } from './open-vm.ts'
import { addAccess, type ReachOptions } from './reach.ts'
import { tellUnresolved } from './unresolved.ts'

interface Options extends ReachOptions {
  readonly bundle?: string
  readonly json?: boolean
  readonly all?: boolean
}

const exitStatus = { 'as expected': 0, differ: 1, unknown: 3 } as const

export function addFlows(program: Command): void {
  const { t } = localeOf(process.argv)
  const command = program
    .command('flows [vm]')
    .description(
      t(
        'List the flows that a VM needs: which are missing, wrong or foreign, each with the line to type. Changes nothing.',
        '列出虚拟机需要的流表：缺少的、错误的、不是 agent 下发的，并给出可直接执行的命令。不做任何修改。',
      ),
    )
  addAccess(command)
    .option('--bundle <file>', t('of a recorded cloud', '使用录制文件（bundle）'))
    .option('--all', t('also those that are there', '同时列出已有的流表'))
    .option('--json', t('machine-readable (schema oldhand/flows@1)', '输出 JSON（schema 为 oldhand/flows@1）'))
    .addHelpText('after', t(examples.en, examples.zh))
    .action(async (vm: string | undefined, options: Options) => {
      const { vm: known, transport } = await openVm(vm, options)
      try {
        process.exitCode = tellFlows(await expectFlows(known, transport), options)
      } finally {
        await transport.close()
      }
    })
}

function tellFlows(found: Expectation, options: Options): number {
  if (found.kind !== 'flows') return tellUnresolved(found)
  const { lang } = localeOf(process.argv)
  const text = options.json
    ? JSON.stringify(flowsToJson(found.report, lang), null, 2)
    : renderFlows(found.report, terminalOf(listWidth, options.all))
  process.stdout.write(`${text}\n`)
  return exitStatus[flowVerdict(found.report)]
}

const examples = {
  en: `
Examples:
  oldhand flows vm1
  oldhand flows vm1 --all --json
  oldhand flows --bundle vm1.oldhand

Exit status: 0 all there, 1 they differ, 2 wrong use, 3 some could not be looked at`,
  zh: `
示例：
  oldhand flows vm1
  oldhand flows vm1 --all --json
  oldhand flows --bundle vm1.oldhand

退出码：0 都在，1 不一致，2 用法错误，3 有一部分无法检查`,
}

import type { Command } from 'commander'
import { hostsOfCloud } from './check-access.ts'
import { type Leftover, look, remove, type Swept } from '../experiments/sweep.ts'
import { plain } from '../report/evidence.ts'
import { localeOf } from './language.ts'
import { progressing } from './progress.ts'
import { addAccess, openLive, type ReachOptions } from './reach.ts'

interface Options extends ReachOptions {
  readonly yes?: boolean
}

export function addSweep(program: Command): void {
  const { t } = localeOf(process.argv)
  const command = program
    .command('sweep [hosts...]')
    .description(
      t(
        'List what experiments (--prove) have left on hosts; with --yes, remove it.',
        '列出实验（--prove）在主机上的残留；加 --yes 则清除。',
      ),
    )
  addAccess(command)
    .option('--yes', t('remove it', '清除残留'))
    .addHelpText(
      'after',
      t(
        '\nExit status: 0 nothing is left, 1 something is left, 2 wrong use, 3 a host could not be asked',
        '\n退出码：0 没有残留，1 有残留，2 用法错误，3 有主机无法检查',
      ),
    )
    .action(async (hosts: readonly string[], options: Options) => {
      const transport = progressing(openLive(options))
      try {
        const found = await look(hosts.length > 0 ? hosts : await hostsOfCloud(transport), transport)
        const swept = options.yes && found.some(isUnused) ? await remove(found, transport) : found
        process.stdout.write(`${swept.map(render).join('\n')}\n`)
        process.exitCode = swept.some((s) => s.unknown.length > 0) ? 3 : swept.some((s) => s.found.length > 0) ? 1 : 0
      } finally {
        await transport.close()
      }
    })
}

const isUnused = ({ found }: Swept) => found.some((leftover) => !leftover.inUse)

function render({ host, found, unknown }: Swept): string {
  const { t, tell } = localeOf(process.argv)
  const nothing = found.length === 0 && unknown.length === 0
  const head = nothing ? t(`${host}: nothing is left`, `${host}：没有残留`) : `${host}${t(':', '：')}`
  return [head, ...found.map(row), ...unknown.map((why) => `  ? ${plain(tell(why))}`)].join('\n')
}

function row({ kind, run, name, inUse }: Leftover): string {
  const { t } = localeOf(process.argv)
  const kinds = {
    process: t('process', '进程'),
    port: t('Open vSwitch port', 'Open vSwitch 端口'),
    namespace: t('namespace', 'namespace'),
  }
  const state = inUse ? t(' (in use: left alone)', '（正在使用，不清除）') : ''
  return `  ${t('run', '运行')} ${run}  ${kinds[kind]}  ${plain(name)}${state}`
}

import { join } from 'node:path'
import type { Command } from 'commander'
import { rootCommandsOfAnIdleHost, rootCommandsOfOtherHosts } from '../access.ts'
import { rootCommandsOfProof } from '../experiments/root-commands.ts'
import { readBundle } from '../hosts/bundle.ts'
import { guardedSudoers, sudoers } from '../hosts/sudoers.ts'
import { watchCommands } from '../watch/commands.ts'
import { repairSudoers } from '../repairing.ts'
import { say } from '../core/lang.ts'
import { sampleFile } from './demo.ts'
import { UsageError } from './errors.ts'
import { languageOption, localeOf } from './language.ts'
import { packageRoot } from './package-root.ts'

interface Options {
  readonly user: string
  readonly bundle?: string
  readonly watch?: boolean
  readonly prove?: boolean
  readonly repair?: boolean
}

export function addSudoers(program: Command): void {
  const locale = localeOf(process.argv)
  const { t } = locale
  program
    .command('sudoers')
    .description(
      t(
        'Print a sudoers file with exactly the commands that a diagnosis runs as root.',
        '输出 sudoers 文件：只包含诊断时需要 root 的那些命令。',
      ),
    )
    .option('--user <name>', t('login that Oldhand uses on the hosts', 'Oldhand 登录主机所用的用户'), 'oldhand')
    .option(
      '--bundle <file>',
      t('take the commands from a diagnosis recorded on your own cloud', '从你自己云上录制的诊断中提取命令'),
    )
    .option('--watch', t('also what `oldhand watch` runs: captures', '同时包含 `oldhand watch` 的抓包命令'))
    .option(
      '--prove',
      t(
        'also what `--prove` does: captures, and the frames that it sends. Without it the login cannot send anything',
        '加上 --prove 所需的命令：抓包和发送那几种报文。不加时该用户无法发送任何报文',
      ),
    )
    .option(
      '--repair',
      t(
        'instead: what `oldhand fix` runs as root (it changes hosts)',
        '改为输出 oldhand fix 需要 root 的命令（会修改主机）',
      ),
    )
    .addOption(languageOption(locale))
    .action(async (options: Options) => {
      if (!/^[a-z_][\w.-]*\$?$/i.test(options.user))
        throw new UsageError(say(`Not a login name: "${options.user}"`, `不是合法的用户名："${options.user}"`))
      process.stdout.write(options.repair ? repairSudoers(options.user) : await sudoersOf(options))
    })
}

/** The commands of a recorded diagnosis: of one's own cloud, else of the healthy sample. */
export async function sudoersOf({ user, bundle: file, prove, watch }: Options): Promise<string> {
  const bundle = await readBundle(file ?? join(packageRoot, sampleFile('healthy')))
  const recorded = bundle.answers.filter((a) => a.ask.root).map((a) => a.ask.argv)
  const text = sudoers(user, {
    read: [...recorded, ...rootCommandsOfAnIdleHost(), ...rootCommandsOfOtherHosts()],
    prove: prove ? rootCommandsOfProof() : [],
  })
  return watch ? text + watchSudoersOf(user) : text
}

const watchSudoersOf = (user: string): string =>
  [
    '',
    '# What `oldhand watch` runs: captures to standard output, of some hundred frames and ten minutes at most.',
    '# `oldhand watch` 的命令：只输出到标准输出的抓包，最多几百帧、十分钟。',
    guardedSudoers(user, 'OLDHAND_WATCH', watchCommands()),
  ].join('\n')

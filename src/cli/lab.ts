import { spawnSync } from 'node:child_process'
import type { Command } from 'commander'
import {
  applySteps,
  describeStatus,
  down,
  heal,
  LabError,
  openLab,
  setLang,
  sshInto,
  status,
  up,
} from '../../lab/index.ts'
import { say } from '../core/lang.ts'
import type { Step } from '../core/step.ts'
import { UsageError } from './errors.ts'
import { planFault } from './lab-plan.ts'
import { languageOption, localeOf } from './language.ts'
import { sudoersOf } from './sudoers.ts'

interface BreakOptions {
  readonly vm: string
  readonly host?: string
}

const progress = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

/** The real OpenStack network on one machine. Root only. */
export function addLab(program: Command): void {
  const locale = localeOf(process.argv)
  const { lang, t } = locale
  const lab = program
    .command('lab')
    .enablePositionalOptions()
    .description(
      t('A real OpenStack network on this machine (root).', '在本机搭一套真实的 OpenStack 网络（需要 root）。'),
    )
  lab.hook('preAction', () => {
    setLang(lang)
    if (process.getuid?.() !== 0)
      throw new UsageError(say('The lab needs root: run it with sudo.', '实验环境需要 root：请用 sudo 运行。'))
  })
  const verb = (name: string, en: string, zh: string) =>
    lab.command(name).description(t(en, zh)).addOption(languageOption(locale))
  verb('up', 'Boot it.', '启动。')
    .option('--install', t('install the tools that are missing', '自动安装缺少的工具'))
    .action(async (options: { install?: boolean }) => {
      const sudoers = () => sudoersOf({ user: 'oldhand', prove: true, watch: true })
      await told(async () => up({ install: options.install === true, sudoers: await sudoers(), progress }))
    })
  verb('status', 'What runs.', '查看状态。').action(async () =>
    told(async () => progress(describeStatus(await status()))),
  )
  verb('down', 'Remove everything but the image cache.', '全部拆除，只留镜像缓存。').action(() =>
    told(() => down({ progress })),
  )
  verb('ssh <host> [command...]', 'A shell or a command on a host.', '登录主机或执行命令。')
    .passThroughOptions()
    .action((host: string, command: string[]) =>
      told(async () => {
        process.exitCode = await sshInto(host, command)
      }),
    )
  withTarget(
    verb(
      'break <fault>',
      "Bring a fault about: a cause id, or one of the lab's own.",
      '注入故障：故障原因 id，或实验环境自带的故障。',
    ),
  ).action((fault: string, options: BreakOptions) =>
    told(async () => applySteps(fault, await planInside(fault, options))),
  )
  withTarget(verb('plan <fault>', 'Show what `break` would do, as JSON.', '以 JSON 显示 break 会执行的步骤。')).action(
    async (fault: string, options: BreakOptions) => {
      const { sshConfig, cloudsFile } = await openLab()
      process.stdout.write(`${JSON.stringify(await planFault(fault, { ...options, sshConfig, cloudsFile }))}\n`)
    },
  )
  verb(
    'heal',
    'Take back every fault; every VM must get a lease again.',
    '撤销所有故障，并验证每台虚拟机都能重新获取租约。',
  ).action(() => told(() => heal({ progress })))
}

const withTarget = (command: Command): Command => {
  const { t } = localeOf(process.argv)
  return command
    .option('--vm <name>', t('the VM that is hit', '目标虚拟机'), 'vm1')
    .option(
      '--host <name>',
      t('the host that is hit (default: where the cause is judged)', '目标主机（默认取该故障所在的主机）'),
    )
}

/** The hosts are reached from the lab's own network only: the plan is made there. */
async function planInside(fault: string, options: BreakOptions): Promise<readonly Step[]> {
  const { opsNetns } = await openLab()
  const self = [process.execPath, ...process.execArgv, process.argv[1] ?? '']
  const host = options.host === undefined ? [] : ['--host', options.host]
  const made = spawnSync(
    'ip',
    ['netns', 'exec', opsNetns, ...self, 'lab', 'plan', fault, '--vm', options.vm, ...host],
    { encoding: 'utf8' },
  )
  if (made.status !== 0) throw new LabError(made.stderr.trim() || `no plan for ${fault}`)
  return JSON.parse(made.stdout) as readonly Step[]
}

/** The lab tells its own failures in words. */
async function told(act: () => Promise<unknown>): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 2
  }
}

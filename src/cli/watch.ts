import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { writeCapture } from '../capture/write.ts'
import { say } from '../core/lang.ts'
import { watchToJson } from '../report/watch/schema.ts'
import { renderWatch } from '../report/watch/terminal.ts'
import { type Watched, watchVm } from '../watching.ts'
import { UsageError } from './errors.ts'
import { localeOf } from './language.ts'
import { tableWidth, terminalOf } from './terminal.ts'
import { tellUnresolved } from './unresolved.ts'
import { addAccess, openLive, type ReachOptions } from './reach.ts'

interface Options extends ReachOptions {
  readonly for: string
  readonly write?: string
  readonly json?: boolean
  readonly verbose?: boolean
}

const exitStatus = { leased: 0, spoke: 0, trouble: 1, unanswered: 1, silent: 3, unheard: 3 } as const

export function addWatch(program: Command): void {
  const { t } = localeOf(process.argv)
  const command = program
    .command('watch <vm>')
    .description(
      t(
        "Listen to a VM's own DHCP, ARP and first packets, and say what is wrong with them. Sends nothing.",
        '监听虚拟机自己的 DHCP、ARP 和最初的报文，指出异常。不发送任何报文。',
      ),
    )
  addAccess(command)
    .option(
      '--for <seconds>',
      t('at most so long; ends early when all is told', '最长监听时间；提前得出结论则结束'),
      '60',
    )
    .option('-w, --write <file>', t('keep the frames as pcapng', '把监听到的帧存为 pcapng'))
    .option('-v, --verbose', t('every frame, in whole lines', '完整显示每一帧'))
    .option('--json', t('machine-readable (schema oldhand/watch@1)', '输出 JSON（schema 为 oldhand/watch@1）'))
    .addHelpText('after', t(help.en, help.zh))
    .action(async (vm: string, options: Options) => {
      const ear = openLive(options)
      try {
        const outcome = await watchVm(vm, watchOf(options), ear)
        process.exitCode = outcome.kind === 'watched' ? await tell(outcome.watched, options) : tellUnresolved(outcome)
      } finally {
        await ear.close()
      }
    })
}

function watchOf(options: Options): Parameters<typeof watchVm>[1] {
  const { t } = localeOf(process.argv)
  const seconds = secondsOf(options.for)
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort())
  return {
    seconds,
    run: randomBytes(4).toString('hex'),
    signal: stop.signal,
    onBegin: ({ name }) =>
      process.stderr.write(
        `${t(`listening to ${name} for at most ${seconds} s (Ctrl-C ends it) …`, `正在监听 ${name}，最长 ${seconds} 秒（Ctrl-C 结束）……`)}\n`,
      ),
  }
}

const LONGEST_S = 600

function secondsOf(text: string): number {
  const seconds = Number(/^(\d+)s?$/.exec(text)?.[1])
  if (seconds >= 1 && seconds <= LONGEST_S) return seconds
  throw new UsageError(
    say(
      `--for takes 1 to ${LONGEST_S} seconds, not "${text}".`,
      `--for 后面是 1 到 ${LONGEST_S} 秒，而不是 "${text}"。`,
    ),
  )
}

async function tell(watched: Watched, options: Options): Promise<number> {
  const { lang, t } = localeOf(process.argv)
  const text = options.json
    ? JSON.stringify(watchToJson(watched, lang), null, 2)
    : renderWatch(watched, terminalOf(tableWidth, options.verbose))
  process.stdout.write(`${text}\n`)
  if (options.write !== undefined) {
    await keep(options.write, watched)
    process.stderr.write(`${t(`wrote ${options.write}`, `已写入 ${options.write}`)}\n`)
  }
  return exitStatus[watched.story.outcome]
}

async function keep(file: string, { hops, subject }: Watched): Promise<void> {
  try {
    await writeFile(file, writeCapture(hops, `oldhand watch ${subject.name}`))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UsageError(say(`Cannot write ${file}: ${reason}`, `无法写入 ${file}：${reason}`))
  }
}

const help = {
  en: `
Examples:
  oldhand watch vm1                 then renew the lease in the guest, or reboot it
  oldhand watch vm1 --for 300 -w vm1.pcapng

Exit status: 0 nothing wrong was heard, 1 trouble or no answer, 2 wrong use, 3 silent, or not to be heard`,
  zh: `
示例：
  oldhand watch vm1                 然后让虚拟机续租，或重启虚拟机
  oldhand watch vm1 --for 300 -w vm1.pcapng

退出码：0 没有发现异常，1 有问题或无应答，2 用法错误，3 无流量或无法监听`,
}

import type { Command } from 'commander'
import { type Asked, diagnose, type Outcome } from '../app.ts'
import type { Proving } from '../proving.ts'
import { say } from '../core/lang.ts'
import type { Transport } from '../core/transport.ts'
import { readBundle } from '../hosts/bundle.ts'
import { replay } from '../hosts/replay.ts'
import { toJson } from '../report/json.ts'
import { addCompare, type CompareOptions, whenToCompare } from './comparing.ts'
import { UsageError } from './errors.ts'
import { progressing } from './progress.ts'
import { renderTerminal } from '../report/terminal.ts'
import { addReach, askedOf, openLive, type ReachOptions } from './reach.ts'
import { localeOf } from './language.ts'
import { terminalOf } from './terminal.ts'
import { tellUnresolved } from './unresolved.ts'
import { addProve, type ProveOptions, provingOf, requireProvable } from './prove.ts'
import { planJson, renderPlan } from '../report/plan.ts'

interface Options extends ReachOptions, CompareOptions, ProveOptions {
  readonly bundle?: string
  readonly json?: boolean
  readonly verbose?: boolean
}

const exitStatus = { healthy: 0, broken: 1, undetermined: 3 } as const

export function addDiagnose(program: Command): void {
  const { t } = localeOf(process.argv)
  const command = program
    .command('diagnose [vm]')
    .description(
      t(
        'Say why a VM has no network. Reads only, unless you add --prove.',
        '诊断虚拟机为什么没网。不加 --prove 时只读。',
      ),
    )
  addProve(addCompare(addReach(command)))
    .option('--bundle <file>', t('diagnose a recorded cloud', '诊断录制文件（bundle），不连接云'))
    .option('--json', t('machine-readable (schema oldhand/diagnosis@1)', '输出 JSON（schema 为 oldhand/diagnosis@1）'))
    .option(
      '-v, --verbose',
      t('all evidence, and every command with what it printed', '显示全部证据，以及每条命令和它的输出'),
    )
    .addHelpText('after', t(examples.en, examples.zh))
    .action(async (vm: string | undefined, options: Options) => {
      requireProvable(options)
      const { asked, transport, proving } = await open(vm, options)
      try {
        const comparing = whenToCompare(options)
        const outcome = await diagnose(asked, transport, { comparing, ...(proving ? { proving } : {}) })
        process.exitCode = tellOutcome(outcome, options)
        if (outcome.kind === 'failed' && 'vm' in asked && options.bundle === undefined)
          process.stderr.write(`${t(withoutApi.en, withoutApi.zh)}\n`)
      } finally {
        await transport.close()
      }
    })
}

interface Opened {
  readonly asked: Asked
  readonly transport: Transport
  readonly proving?: Proving
}

async function open(vm: string | undefined, options: Options): Promise<Opened> {
  if (options.bundle === undefined) {
    const transport = progressing(openLive(options))
    return {
      asked: askedOf(vm, options),
      transport,
      ...(options.prove ? { proving: provingOf(options, transport) } : {}),
    }
  }
  const bundle = await readBundle(options.bundle)
  const named = options.port !== undefined || options.host !== undefined
  if (vm !== undefined && !named) requireRecorded(vm, bundle.asked)
  return { asked: named ? askedOf(vm, options) : bundle.asked, transport: replay(bundle) }
}

/** A recording answers for the VM that it was made of, under the name by which it was asked for. */
function requireRecorded(vm: string, asked: Asked): void {
  const known = 'vm' in asked ? asked.vm : asked.port
  if (vm === known) return
  throw new UsageError(
    say(
      `This bundle is a recording of "${known}" and does not know "${vm}": leave the name out.`,
      `该录制文件的对象是 "${known}"，里面没有 "${vm}"：不要再写虚拟机名。`,
    ),
  )
}

/** Prints what came out and returns the exit status. */
export function tellOutcome(outcome: Outcome, options: Pick<Options, 'json' | 'verbose'>): number {
  const { lang } = localeOf(process.argv)
  if (outcome.kind === 'diagnosis') {
    const { diagnosis } = outcome
    const text = options.json
      ? JSON.stringify(toJson(diagnosis, lang), null, 2)
      : renderTerminal(diagnosis, terminalOf(reportWidth, options.verbose))
    process.stdout.write(`${text.trimEnd()}\n`)
    return exitStatus[diagnosis.verdict]
  }
  if (outcome.kind === 'planned') {
    const { plan } = outcome
    process.stdout.write(`${options.json ? JSON.stringify(planJson(plan, lang), null, 2) : renderPlan(plan, lang)}\n`)
    return 0
  }
  return tellUnresolved(outcome)
}

const withoutApi = {
  en: 'Without the API, a port and its host are enough: oldhand diagnose --port UUID --host HOST',
  zh: 'API 不可用时，知道端口和主机也能查：oldhand diagnose --port UUID --host 主机',
}

const reportWidth = { usual: 80, most: 140 }

const examples = {
  en: `
Examples:
  oldhand diagnose vm1                          by name, UUID, IP or MAC address
  oldhand diagnose 10.19.43.126 --lang zh
  oldhand diagnose vm1 --compare                which VMs work, and what that isolates
  oldhand diagnose --port UUID --host comp1     without the API
  oldhand diagnose --bundle vm1.oldhand         a recorded cloud

Exit status: 0 healthy, 1 broken, 2 wrong use, 3 undetermined (also: API or host cannot be reached)`,
  zh: `
示例：
  oldhand diagnose vm1                          按名称、UUID、IP 或 MAC
  oldhand diagnose 10.19.43.126 --lang zh
  oldhand diagnose vm1 --compare                对比其他虚拟机，缩小范围
  oldhand diagnose --port UUID --host comp1     不依赖 API
  oldhand diagnose --bundle vm1.oldhand         诊断录制的数据

退出码：0 正常，1 故障，2 用法错误，3 无法判定（包括 API 或主机连接不上）`,
}

import { randomBytes } from 'node:crypto'
import { type Command, Option } from 'commander'
import type { Proving } from '../proving.ts'
import { type SwitchMethod, switchMethods, type SwitchWays } from '../core/ask-the-switch.ts'
import type { Plan } from '../core/experiment.ts'
import { say } from '../core/lang.ts'
import type { Bench } from '../core/transport.ts'
import { renderPlan } from '../report/plan.ts'
import { asks } from './asks.ts'
import { UsageError } from './errors.ts'
import { localeOf } from './language.ts'

export interface ProveOptions {
  readonly prove?: boolean
  readonly yes?: boolean
  readonly dryRun?: boolean
  readonly method?: SwitchMethod
  readonly nic?: readonly string[]
}

export function addProve(command: Command): Command {
  const { t } = localeOf(process.argv)
  return command
    .option(
      '--prove',
      t(
        'prove it: send packets as the VM and capture them at every hop, after asking you',
        '用报文验证：以虚拟机身份发送报文并在每一跳抓包（发送前会询问）',
      ),
    )
    .option('--yes', t('with --prove: do not ask', '配合 --prove：不再询问'))
    .option('--dry-run', t('with --prove: show the plan and send nothing', '配合 --prove：只显示计划，不发送'))
    .addOption(
      new Option(
        '--method <method>',
        t(
          "with --prove: how the switch is asked from the VM's host. subinterface, where the provider bridge is down: nothing on the host receives the VLAN while it is there",
          '配合 --prove：从虚拟机所在主机探测交换机的方式。provider 网桥不可用时用 subinterface：子接口存在期间，该主机收不到此 VLAN 的报文',
        ),
      ).choices(switchMethods),
    )
    .option(
      '--nic <host:nic>',
      t(
        'with --method subinterface: the NIC of a host, where its bridge is missing or has none; that host is asked by a sub-interface too',
        '配合 --method subinterface：主机没有 provider 网桥或网桥上没有网卡时，指定其业务网卡；该主机也用子接口探测',
      ),
      (value: string, before: readonly string[] | undefined) => [...(before ?? []), value],
    )
}

/** @throws UsageError where these options do not go together. */
export function requireProvable(options: ProveOptions & { readonly bundle?: string }): void {
  if (!options.prove && (options.yes || options.dryRun || options.method !== undefined))
    throw new UsageError(
      say('--yes, --dry-run and --method go with --prove.', '--yes、--dry-run 和 --method 要和 --prove 一起用。'),
    )
  if (options.nic && options.method !== 'subinterface')
    throw new UsageError(say('--nic goes with --method subinterface.', '--nic 要和 --method subinterface 一起用。'))
  nicsOf(options)
  if (options.prove && options.bundle !== undefined)
    throw new UsageError(
      say('--prove sends packets: a recorded cloud cannot take them.', '--prove 要发送报文，不能用于录制文件。'),
    )
  if (options.prove && !options.yes && !options.dryRun && !process.stdin.isTTY)
    throw new UsageError(
      say(
        '--prove asks before it sends anything, and there is no terminal to ask on: add --yes, or --dry-run to see the plan only.',
        '--prove 在发送前要询问，但这里没有终端：请加 --yes；只看计划请加 --dry-run。',
      ),
    )
}

export const provingOf = (options: ProveOptions, bench: Bench): Proving => ({
  bench,
  run: randomBytes(4).toString('hex'),
  ...(options.method === undefined ? {} : { ways: { method: options.method, nics: nicsOf(options) } }),
  agree: async (plan) => (options.dryRun ? 'only the plan' : (await agreed(plan, options)) ? 'yes' : 'no'),
})

/** Of lines such as `comp1:eth1`. */
function nicsOf({ nic = [] }: ProveOptions): SwitchWays['nics'] {
  return Object.fromEntries(
    nic.map((value) => {
      const [, host, name] = /^([^:]+):([\w.-]{1,15})$/.exec(value) ?? []
      if (host !== undefined && name !== undefined) return [host, name]
      throw new UsageError(
        say(
          `--nic ${value}: expected HOST:NIC, such as comp1:eth1.`,
          `--nic ${value}：应为 主机:网卡名，例如 comp1:eth1。`,
        ),
      )
    }),
  )
}

/** The plan and the question go to standard error: standard output is the report's. */
async function agreed(plan: Plan, { yes }: ProveOptions): Promise<boolean> {
  const { lang, t } = localeOf(process.argv)
  if (plan.experiments.length === 0) return true
  process.stderr.write(`${renderPlan(plan, lang)}\n`)
  if (yes) return true
  return asks(t('Send these packets?', '发送这些报文吗？'))
}

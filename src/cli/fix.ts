import { type Command, Option } from 'commander'
import { say } from '../core/lang.ts'
import { UsageError } from './errors.ts'
import { fix, type FixOptions, resume, riskOf } from './fix-run.ts'
import { localeOf } from './language.ts'
import { addRepair } from './repair-reach.ts'

export function addFix(program: Command): void {
  const { t } = localeOf(process.argv)
  const command = program
    .command('fix [vm]')
    .description(
      t(
        'Repair what diagnose is certain of: planned, shown, agreed to, journalled, verified, undone if it does not help.',
        '修复 diagnose 已确定的原因：先出计划，征得同意后执行，全程记日志、复查，没有效果则撤销。',
      ),
    )
  addRepair(command)
    .option('--dry-run', t('show the plan, change and send nothing', '只显示计划，不做修改，也不发送报文'))
    .option('--yes', t('do not ask (needs --max-risk)', '不再询问（需同时给出 --max-risk）'))
    .addOption(
      new Option(
        '--max-risk <risk>',
        t(
          'nothing above: none, port (interrupts this port), service (restarts one), host (interrupts its VMs)',
          '允许的最高风险：none、port（中断该端口）、service（重启服务）、host（中断该主机的虚拟机）',
        ),
      ).choices(Object.keys(riskOf)),
    )
    .option('--likely', t('also causes that are only likely', '同时处理"很可能"的原因'))
    .option('--use <n>', t('take the nth way instead of the first', '选用第 n 种办法'), wayNumber)
    .option('--nic <name>', t('the NIC that belongs into the provider bridge', '应加入 provider 网桥的网卡'))
    .option(
      '--bridge <name>',
      t('the bridge of a physical network that the agent has none for', 'agent 未映射的物理网络所对应的网桥'),
    )
    .option(
      '--prove',
      t(
        'send packets as the VM: first, after asking, where what is read is certain of nothing; and at the end, to see them answered',
        '以虚拟机身份发送报文：只读检查没有确定结论时，先询问再发送；最后再发送一次，确认有应答',
      ),
    )
    .option('--keep', t('do not undo what did not help', '没有效果也不撤销'))
    .option('--resume [id]', t('go on with a repair that was interrupted', '继续被中断的修复'))
    .option('--json', t('machine-readable (schema oldhand/fix-plan@1)', '输出 JSON（schema 为 oldhand/fix-plan@1）'))
    .addHelpText('after', t(examples.en, examples.zh))
    .action(async (vm: string | undefined, options: FixOptions) => {
      process.exitCode = options.resume === undefined ? await fix(vm, options) : await resume(options.resume, options)
    })
}

function wayNumber(text: string): number {
  const n = Number(text)
  if (Number.isInteger(n) && n > 0) return n
  throw new UsageError(
    say(`--use takes a number from 1, not "${text}".`, `--use 应为从 1 开始的数字，而不是 "${text}"。`),
  )
}

const examples = {
  en: `
Examples:
  oldhand fix vm1 --dry-run                     the plan alone
  oldhand fix vm1                               asks before it does anything
  oldhand fix vm1 --step --use 2                the second way, asking at each step
  oldhand fix vm1 --yes --max-risk service      for programs
  oldhand fix --resume                          after a crash

Exit status: 0 repaired (or nothing to repair), 1 not, 2 wrong use, 3 undetermined`,
  zh: `
示例：
  oldhand fix vm1 --dry-run                     只看计划
  oldhand fix vm1                               执行前会询问
  oldhand fix vm1 --step --use 2                用第二种办法，逐步询问
  oldhand fix vm1 --yes --max-risk service      供程序调用
  oldhand fix --resume                          中断之后继续

退出码：0 已修复（或无需修复），1 未修复，2 用法错误，3 无法判定`,
}

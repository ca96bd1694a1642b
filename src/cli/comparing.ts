import type { Command } from 'commander'
import type { CompareWhen } from '../comparing.ts'
import { localeOf } from './language.ts'

/** `--compare`, `--no-compare`; without either, only where it may settle something. */
export interface CompareOptions {
  readonly compare?: boolean
}

export function addCompare(command: Command): Command {
  const { t } = localeOf(process.argv)
  return command
    .option(
      '--compare',
      t(
        'compare with VMs that differ in one thing each (default: where no cause is certain); with --prove, packets are sent as them too',
        '与只差一个变量的其他虚拟机对比（默认：没有确定的原因时才对比）；配合 --prove 时也以它们的身份发送报文',
      ),
    )
    .option('--no-compare', t('never compare', '不做对比'))
}

export const whenToCompare = ({ compare }: CompareOptions): CompareWhen =>
  compare === undefined ? 'when unsure' : compare ? 'always' : 'never'

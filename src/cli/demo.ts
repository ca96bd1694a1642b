import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { diagnose } from '../app.ts'
import { readBundle } from '../hosts/bundle.ts'
import { replay } from '../hosts/replay.ts'
import { tellOutcome } from './diagnose.ts'
import { localeOf } from './language.ts'
import { packageRoot } from './package-root.ts'

/** Recorded on a real cloud with real faults: one VM for each scenario of the field guide, and a healthy one. */
const samples = join(packageRoot, 'samples')

export const sampleFile = (name: string): string => join(samples, `${name}.oldhand`)

export function addDemo(program: Command): void {
  const { t } = localeOf(process.argv)
  program
    .command('demo')
    .description(
      t(
        'Diagnose VMs recorded on a real cloud: three broken ones and a healthy one.',
        '诊断在真实云上录制的虚拟机：三台故障的，一台正常的。',
      ),
    )
    .option('--lang <en|zh>', t('language', '语言'))
    .action(async () => {
      for (const file of readdirSync(samples)
        .filter((name) => name.endsWith('.oldhand'))
        .sort()) {
        const bundle = await readBundle(join(samples, file))
        process.stdout.write(`\n$ oldhand diagnose --bundle samples/${file}\n\n`)
        tellOutcome(await diagnose(bundle.asked, replay(bundle)), {})
      }
    })
}

import { join } from 'node:path'
import type { Command } from 'commander'
import { diagnose } from '../app.ts'
import { readBundle } from '../hosts/bundle.ts'
import { replay } from '../hosts/replay.ts'
import { tellOutcome } from './diagnose.ts'
import { languageOption, localeOf } from './language.ts'
import { packageRoot } from './package-root.ts'

/** Recorded on a real cloud with real faults: one VM for each scenario of the field guide, and a healthy one. */
const scenarios = [
  'switch-trunk-missing-vlan',
  'dnsmasq-not-running',
  'brint-inbound-translation-missing',
  'healthy',
] as const

export const sampleFile = (name: (typeof scenarios)[number]): string => join('test/bundles', `${name}.oldhand`)

export function addDemo(program: Command): void {
  const locale = localeOf(process.argv)
  const { t } = locale
  program
    .command('demo')
    .description(
      t(
        'Diagnose VMs recorded on a real cloud: three broken ones and a healthy one.',
        '诊断在真实云上录制的虚拟机：三台故障的，一台正常的。',
      ),
    )
    .addOption(languageOption(locale))
    .action(async () => {
      for (const file of scenarios.map(sampleFile)) {
        const bundle = await readBundle(join(packageRoot, file))
        process.stdout.write(`\n$ oldhand diagnose --bundle ${file}\n\n`)
        tellOutcome(await diagnose(bundle.asked, replay(bundle), { comparing: 'when unsure' }), {})
      }
    })
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { diagnose } from '../src/app.ts'
import type { Language } from '../src/core/lang.ts'
import { readBundle } from '../src/hosts/bundle.ts'
import { replay } from '../src/hosts/replay.ts'
import { renderTerminal } from '../src/report/terminal.ts'

/** A README with the report that a person sees today of the recording that it names. */
export async function withTranscript(root: string, file: string, lang: Language): Promise<string> {
  const text = readFileSync(join(root, file), 'utf8')
  const [whole, name] = block.exec(text) ?? []
  if (whole === undefined) throw new Error(`${file} has no transcript block`)
  const bundle = await readBundle(join(root, `test/bundles/${name}.oldhand`))
  const outcome = await diagnose(bundle.asked, replay(bundle))
  if (outcome.kind !== 'diagnosis') throw new Error(`${name}: ${outcome.kind}`)
  const report = renderTerminal(outcome.diagnosis, { lang, color: false, width: 80, verbose: false })
  const command = `$ oldhand diagnose vm1${lang === 'zh' ? ' --lang zh' : ''}`
  return text.replace(
    whole,
    () => `<!-- transcript: ${name} -->\n\n\`\`\`\n${command}\n\n${report}\n\`\`\`\n\n<!-- end -->`,
  )
}

const block = /<!-- transcript: ([\w-]+) -->[\s\S]*?<!-- end -->/

import { diagnose } from '../src/app.ts'
import type { Answer } from '../src/core/answer.ts'
import type { CauseId } from '../src/core/cause-ids.gen.ts'
import { readBundle } from '../src/hosts/bundle.ts'
import { replay } from '../src/hosts/replay.ts'

/** A recording of the lab in which other clouds' answers stand: what no lab of ours can bring about. */
export type Change = (answer: Answer) => string | undefined

export async function changed(name: string, ...changes: readonly Change[]) {
  const bundle = await readBundle(new URL(`./bundles/${name}.oldhand`, import.meta.url).pathname)
  const answers = bundle.answers.map((answer) =>
    changes.reduce<Answer>((a, change) => ({ ...a, stdout: change(a) ?? a.stdout }), answer),
  )
  const outcome = await diagnose(bundle.asked, replay({ ...bundle, answers }))
  if (outcome.kind !== 'diagnosis') throw new Error(outcome.kind)
  return outcome.diagnosis
}

type Diagnosed = Awaited<ReturnType<typeof changed>>

/** What became of a cause: `certain`, `likely`, `possible`, `warning`, `ruled out`, `unknown`. */
export function verdictOn(d: Diagnosed, id: CauseId, host: string): string | undefined {
  const isIt = (x: { readonly cause: { readonly id: string }; readonly host: string }) =>
    x.cause.id === id && x.host === host
  const found = d.causes.find(isIt)
  if (found) return found.verdict.sure
  if (d.warnings.some(isIt)) return 'warning'
  const isNamed = (x: { readonly id: string; readonly host: string }) => x.id === id && x.host === host
  return d.ruledOut.some(isNamed) ? 'ruled out' : d.unknown.some(isNamed) ? 'unknown' : undefined
}

/** Changes the flows of one bridge. */
export const flowsOf =
  (host: string, bridge: string, edit: (lines: readonly string[]) => readonly string[]): Change =>
  ({ ask, stdout }) =>
    ask.host === host && ask.argv.includes('dump-flows') && ask.argv.at(-1) === bridge
      ? edit(stdout.split('\n')).join('\n')
      : undefined

/** Changes what the API answers to a path. */
export const apiOf =
  (path: RegExp, edit: (text: string) => string): Change =>
  ({ ask, stdout }) =>
    ask.host === 'api' && path.test(ask.argv.at(-1) ?? '') ? edit(stdout) : undefined

/** Changes an agent's configuration. */
export const configOf =
  (host: string, edit: (text: string) => string): Change =>
  ({ ask, stdout }) =>
    ask.host === host && ask.argv.includes('-sraHE') ? edit(stdout) : undefined

/** ofport of the healthy VM on its host: another in each recording. */
async function ofportOfVm(): Promise<string> {
  const { subject, answers } = await changed('healthy')
  const guard = new RegExp(`in_port=(\\d+),dl_src=${subject.port.mac}`)
  const dump = answers.find(({ ask, stdout }) => ask.host === subject.compute && guard.test(stdout))
  return guard.exec(dump?.stdout ?? '')?.[1] ?? ''
}
const ofport = await ofportOfVm()

/** Text of flows in which the VM's ofport is 3, and 4 is another's, for the recording that is there. */
export const ofVm = (text: string): string =>
  text.replace(/(in_port=|0x)([34])\b/g, (_, before: string, port: string) =>
    port === '3' ? `${before}${ofport}` : `${before}${ofport === '4' ? '3' : '4'}`,
  )
export const matchingVm = (pattern: RegExp): RegExp => new RegExp(ofVm(pattern.source))

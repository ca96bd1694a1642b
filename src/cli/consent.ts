import { typed } from '../core/answer.ts'
import { say } from '../core/lang.ts'
import type { RepairStep } from '../core/repair.ts'
import type { Hands } from '../repairing.ts'
import { asks } from './asks.ts'
import { UsageError } from './errors.ts'
import { localeOf } from './language.ts'

interface Consent {
  readonly step?: boolean
  readonly yes?: boolean
}

/** Asks the operator whether a plan may be carried out, unless it was said beforehand. */
export async function consents(options: Consent, question: { en: string; zh: string }): Promise<boolean> {
  if (options.yes || options.step) return true
  return asks(localeOf(process.argv).tell(question))
}

/** With `--step`, asks before each. */
export const eachStep =
  (options: Consent): Hands['agrees'] =>
  (step: RepairStep) =>
    options.step
      ? asks(`${typed(step.on, step.run)}  ${localeOf(process.argv).t('Carry this out?', '执行这一步？')}`)
      : Promise.resolve(true)

/** Without a terminal nobody can be asked. */
export function requireConsent(options: Consent): void {
  if (process.stdin.isTTY || (options.yes && !options.step)) return
  throw new UsageError(
    say(
      'There is no terminal to ask for consent. Look at the plan with --dry-run, then say --yes --max-risk RISK (none, port, service or host).',
      '没有终端，无法征求同意。先用 --dry-run 看计划，再加 --yes --max-risk 风险（none、port、service 或 host）。',
    ),
  )
}

import type { Say } from '../core/lang.ts'
import { type CandidateRow, renderCandidates } from '../report/candidates.ts'
import { localeOf } from './language.ts'

/** Why a verb has nothing to tell of a VM. */
type Unresolved =
  | { readonly kind: 'none'; readonly tried: Say }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly CandidateRow[] }
  | { readonly kind: 'failed' | 'problem'; readonly say: Say }

/** Says why, and returns the exit status: 2 for wrong use, 3 where somebody did not answer, which is nobody's wrong use. */
export function tellUnresolved(outcome: Unresolved): number {
  const { lang, t, tell } = localeOf(process.argv)
  if (outcome.kind === 'ambiguous') process.stderr.write(`${renderCandidates(outcome.candidates, lang)}\n`)
  else process.stderr.write(`${t('error: ', '错误：')}${tell(outcome.kind === 'none' ? outcome.tried : outcome.say)}\n`)
  return outcome.kind === 'failed' || outcome.kind === 'problem' ? 3 : 2
}

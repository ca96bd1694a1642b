import type { AnyCause } from '../core/cause.ts'
import { type Found, surenesses } from '../core/verdict.ts'
import type { Suspect } from '../core/diagnosis.ts'

export interface FoundCause {
  readonly cause: AnyCause
  readonly host: string
  readonly verdict: Found<unknown>
}

/** Surest first; but a consequence never stands above a cause that explains it. */
export function rank(found: readonly FoundCause[]): readonly Suspect[] {
  const suspects = found.map((f) => ({ ...f, explainedBy: explanations(f, found) }))
  const depth = (s: Suspect) => depthOf(s, suspects, new Set())
  return suspects.toSorted((a, b) => depth(a) - depth(b) || weight(b) - weight(a))
}

const weight = (s: Suspect) => surenesses.indexOf(s.verdict.sure)

/** Causes of the same host (or of the cloud as a whole) that are found and bring this one about. */
function explanations(of: FoundCause, found: readonly FoundCause[]): readonly string[] {
  return found
    .filter((f) => of.cause.explainedBy.includes(f.cause.id) && (f.host === of.host || spansHosts(f, of)))
    .map((f) => f.cause.id)
}

const spansHosts = (a: FoundCause, b: FoundCause) =>
  a.cause.at === 'cloud' || b.cause.at === 'cloud' || a.cause.acrossHosts === true || b.cause.acrossHosts === true

function depthOf(s: Suspect, all: readonly Suspect[], seen: Set<string>): number {
  if (seen.has(s.cause.id)) return 0
  seen.add(s.cause.id)
  const above = all.filter((other) => s.explainedBy.includes(other.cause.id))
  return above.length === 0 ? 0 : 1 + Math.max(...above.map((other) => depthOf(other, all, seen)))
}

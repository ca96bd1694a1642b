import { API, type Ask } from '../core/answer.ts'
import type { AnyNeed, Needs } from '../core/probe.ts'
import { allHosts, type Subject } from '../core/subject.ts'
import { askKey, type Transport } from '../core/transport.ts'
import { asksOf, type FactBase, openFacts } from './facts.ts'

type AnyProbe = Extract<AnyNeed, { kind: 'probe' }>

/**
 * Asks everything that the needs call for: each question once, all questions of a round together, in as many rounds
 * as answers decide what to ask next.
 */
export async function collect(subject: Subject, needs: readonly AnyNeed[], transport: Transport): Promise<FactBase> {
  const facts = openFacts(subject)
  const probes = probesOf(needs)
  const asked = new Set<string>()
  for (;;) {
    // Once is enough, also for a question that somebody failed to answer.
    const asks = nextAsks(probes, subject, facts).filter((ask) => !asked.has(askKey(ask)))
    if (asks.length === 0) return facts
    for (const ask of asks) asked.add(askKey(ask))
    facts.add(await transport.ask(asks))
  }
}

function nextAsks(probes: readonly AnyProbe[], subject: Subject, facts: FactBase): readonly Ask[] {
  const fresh = new Map<string, Ask>()
  for (const probe of probes) {
    for (const host of probe.at === 'cloud' ? [API] : allHosts(subject)) {
      const asks = asksOf(probe, { subject, host }, facts.read)
      if (!asks.ok) continue
      for (const ask of asks.fact) if (!facts.answered(ask)) fresh.set(askKey(ask), ask)
    }
  }
  return [...fresh.values()]
}

/** Every probe that a set of needs stands on, however deep. */
export function probesOf(needs: readonly AnyNeed[]): readonly AnyProbe[] {
  const seen = new Map<AnyNeed, AnyNeed>()
  const visit = (need: AnyNeed): void => {
    if (seen.has(need)) return
    seen.set(need, need)
    for (const deeper of below(need)) visit(deeper)
  }
  needs.forEach(visit)
  return [...seen.keys()].filter((need): need is AnyProbe => need.kind === 'probe')
}

function below(need: AnyNeed): readonly AnyNeed[] {
  if (need.kind === 'maybe' || need.kind === 'every') return [need.need as AnyNeed]
  return Object.values((need.kind === 'probe' ? need.after : need.needs) as Needs)
}

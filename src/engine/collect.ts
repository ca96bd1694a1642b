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
  await fill([{ subject, facts }], needs, transport)
  return facts
}

/** The same for several subjects at once: what they have in common (a host, a network) is asked once. */
export async function collectAll(
  subjects: readonly Subject[],
  needs: readonly AnyNeed[],
  transport: Transport,
): Promise<readonly Collected[]> {
  const all = subjects.map((subject) => ({ subject, facts: openFacts(subject) }))
  await fill(all, needs, transport)
  return all
}

export interface Collected {
  readonly subject: Subject
  readonly facts: FactBase
}

async function fill(all: readonly Collected[], needs: readonly AnyNeed[], transport: Transport): Promise<void> {
  const probes = probesOf(needs)
  const asked = new Set<string>()
  for (;;) {
    const wanted = all.flatMap(({ subject, facts }) => nextAsks(probes, subject, facts))
    const fresh = new Map(wanted.map((ask) => [askKey(ask), ask]))
    // Once is enough, also for a question that somebody failed to answer.
    const asks = [...fresh].flatMap(([key, ask]) => (asked.has(key) ? [] : [ask]))
    if (asks.length === 0) return
    for (const ask of asks) asked.add(askKey(ask))
    const answers = await transport.ask(asks)
    for (const { facts } of all) facts.add(answers)
  }
}

function nextAsks(probes: readonly AnyProbe[], subject: Subject, facts: FactBase): readonly Ask[] {
  const fresh: Ask[] = []
  for (const probe of probes) {
    for (const host of probe.at === 'cloud' ? [API] : allHosts(subject)) {
      const asks = asksOf(probe, { subject, host }, facts.read)
      if (!asks.ok) continue
      for (const ask of asks.fact) if (!facts.answered(ask)) fresh.push(ask)
    }
  }
  return fresh
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

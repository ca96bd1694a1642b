import { type Answer, API, type Ask } from '../core/answer.ts'
import type { Say } from '../core/lang.ts'
import type { AnyNeed, AtHost, Needs, Parsed, Probe } from '../core/probe.ts'
import { problem } from '../core/probe.ts'
import { hostsOf, type Subject } from '../core/subject.ts'
import { askKey } from '../core/transport.ts'

type AnyProbe = Extract<AnyNeed, { kind: 'probe' }>

/** All that has been answered so far, as facts. Each fact is parsed once for each host. */
export interface FactBase {
  /** The fact, or why there is none. `host` is ignored by facts of the cloud. */
  readonly read: (need: AnyNeed, host: string) => Parsed<unknown>
  readonly answered: (ask: Ask) => boolean
  readonly add: (answers: readonly Answer[]) => void
  /** States a fact that was found out in another way, for every host. */
  readonly give: (need: AnyNeed, fact: unknown) => void
  readonly answers: () => readonly Answer[]
}

export function openFacts(subject: Subject): FactBase {
  const byKey = new Map<string, Answer>()
  const memo = new Map<string, Parsed<unknown>>()
  const given = new Map<string, Parsed<unknown>>()

  const read = (need: AnyNeed, host: string): Parsed<unknown> => {
    if (need.kind === 'maybe') return { ok: true, fact: read(need.need as AnyNeed, host) }
    if (need.kind === 'every') return { ok: true, fact: everywhere(need.role, need.need as AnyNeed) }
    const stated = given.get(need.id)
    if (stated) return stated
    const key = `${need.kind} ${need.id} ${isCloud(need) ? API : host}`
    const known = memo.get(key)
    if (known) return known
    const parsed = guarded(need.id, () => (need.kind === 'probe' ? parse(need, host) : derive(need, host)))
    memo.set(key, parsed)
    return parsed
  }
  const everywhere = (role: Parameters<typeof hostsOf>[1], need: AnyNeed): AtHost<unknown>[] =>
    hostsOf(subject, role).map((host) => ({ host, fact: read(need, host) }))

  const derive = (need: Extract<AnyNeed, { kind: 'derived' }>, host: string): Parsed<unknown> => {
    const facts = readAll(need.needs as Needs, (n) => read(n, host))
    return facts.ok ? need.derive(facts.fact, { subject, host }) : facts
  }
  const parse = (probe: AnyProbe, host: string): Parsed<unknown> => {
    const asks = asksOf(probe, { subject, host }, read)
    if (!asks.ok) return asks
    if (asks.fact.length === 0) return problem('does not apply here', '不适用')
    const answers = asks.fact.map((ask) => byKey.get(askKey(ask)))
    if (answers.some((a) => a === undefined)) return problem('was not asked', '没有采集')
    const prior = readAll(probe.after as Needs, (n) => read(n, host))
    return prior.ok ? probe.parse(answers as Answer[], { subject, host, prior: prior.fact }) : prior
  }

  return {
    read,
    answered: (ask) => byKey.has(askKey(ask)),
    add: (answers) => {
      for (const answer of answers) byKey.set(askKey(answer.ask), answer)
      // Any fact may be another one now: also one that could do without these answers.
      memo.clear()
    },
    give: (need, value) => {
      given.set(need.id, { ok: true, fact: value })
      memo.clear()
    },
    answers: () => [...byKey.values()],
  }
}

export const isCloud = (need: AnyNeed): boolean => need.kind === 'probe' && need.at === 'cloud'

/** What a probe asks on a host, or why that cannot be known. */
export function asksOf(
  probe: AnyProbe,
  place: { subject: Subject; host: string },
  read: FactBase['read'],
): Parsed<readonly Ask[]> {
  const prior = readAll(probe.after as Needs, (need) => read(need, place.host))
  if (!prior.ok) return prior
  return guarded(probe.id, () => ({ ok: true, fact: (probe as Probe<unknown>).asks({ ...place, prior: prior.fact }) }))
}

/** All facts of a set of needs, or the first that is missing. */
export function readAll(needs: Needs, read: (need: AnyNeed) => Parsed<unknown>): Parsed<Record<string, unknown>> {
  const facts: Record<string, unknown> = {}
  for (const [name, need] of Object.entries(needs)) {
    const parsed = read(need)
    if (!parsed.ok) return below(need.id, parsed.problem)
    facts[name] = parsed.fact
  }
  return { ok: true, fact: facts }
}

/** The fact that is missing stands before the reason, once. */
function below(id: string, { en, zh }: Say): Parsed<never> {
  return en.startsWith(`${id}: `) ? problem(en, zh) : problem(`${id}: ${en}`, `${id}：${zh}`)
}

/** Our own bug in one parser must not hide what the others found. */
function guarded<T>(id: string, run: () => Parsed<T>): Parsed<T> {
  try {
    return run()
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    return problem(`${id}: a bug in Oldhand: ${words}`, `${id}：Oldhand 程序错误：${words}`)
  }
}

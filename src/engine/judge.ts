import { API } from '../core/answer.ts'
import type { AnyCause } from '../core/cause.ts'
import type { Needs, Place } from '../core/probe.ts'
import { allHosts, hostsOf, type Subject } from '../core/subject.ts'
import { unknown, type Verdict } from '../core/verdict.ts'
import { type FactBase, readAll } from './facts.ts'

/** One cause, judged on one host. */
export interface Judgement {
  readonly cause: AnyCause
  readonly host: string
  readonly verdict: Verdict<unknown>
}

export function judgeAll(causes: readonly AnyCause[], subject: Subject, facts: FactBase): readonly Judgement[] {
  return causes.flatMap((cause) =>
    placesOf(cause, subject).map((host) => ({ cause, host, verdict: judge(cause, { subject, host }, facts) })),
  )
}

/** A check runs only on complete facts, so no cause ever has to ask "did we get this?". */
export function judge(cause: AnyCause, place: Place, facts: FactBase): Verdict<unknown> {
  const known = readAll(cause.needs as Needs, (need) => facts.read(need, place.host))
  if (!known.ok) return unknown(known.problem)
  try {
    return cause.check(known.fact, place)
  } catch (error) {
    // Our own bug is told as such and never hides another cause.
    const words = error instanceof Error ? error.message : String(error)
    return unknown(`a bug in Oldhand: ${words}`, `Oldhand 程序错误：${words}`)
  }
}

export function placesOf(cause: AnyCause, subject: Subject): readonly string[] {
  const hosts = cause.at === 'cloud' ? [API] : cause.at === 'ends' ? allHosts(subject) : hostsOf(subject, cause.at)
  return hosts.filter((host) => cause.applies?.({ subject, host }) ?? true)
}

import type { Shift } from '../core/comparison.ts'
import type { Excluded, Suspect, Unjudged } from '../core/diagnosis.ts'
import { type Experiment, isGatewayThere, isLost } from '../core/experiment.ts'
import { type Leg, passes } from '../core/hop.ts'
import type { Subject } from '../core/subject.ts'
import { stopsPackets, unknown } from '../core/verdict.ts'
import type { Judgement } from './judge.ts'
import { type FoundCause, rank } from './rank.ts'

export interface Conclusion {
  readonly causes: readonly Suspect[]
  readonly warnings: readonly Suspect[]
  readonly ruledOut: readonly Excluded[]
  readonly unknown: readonly Unjudged[]
}

/** Sorts judgements into what breaks this VM, what is wrong beside it, what it is not, and what nobody knows. */
export function conclude(judgements: readonly Judgement[]): Conclusion {
  const found = judgements.flatMap((j): FoundCause[] =>
    j.verdict.is === 'found' ? [{ ...j, verdict: j.verdict }] : [],
  )
  return {
    causes: rank(found.filter((f) => f.verdict.breaks)),
    warnings: rank(found.filter((f) => !f.verdict.breaks)),
    ruledOut: judgements.flatMap((j) =>
      j.verdict.is === 'ruled out' ? [{ id: j.cause.id, host: j.host, because: j.verdict.because }] : [],
    ),
    unknown: judgements.flatMap((j) =>
      j.verdict.is === 'unknown' ? [{ id: j.cause.id, host: j.host, missing: j.verdict.missing }] : [],
    ),
  }
}

/**
 * The verdict follows the packets: with a second DHCP server that serves this VM, what is wrong on the first is a
 * warning. A server serves where every cause of a server was judged, and none stops it.
 */
export function demoteRedundant(judgements: readonly Judgement[], subject: Subject): readonly Judgement[] {
  const stops = ({ verdict }: Judgement) => verdict.is === 'found' && verdict.breaks
  const serves = (host: string) => {
    const here = judgements.filter((j) => j.host === host)
    const asServer = here.filter((j) => j.cause.at === 'dhcp')
    return asServer.length > 0 && !here.some(stops) && asServer.every((j) => j.verdict.is !== 'unknown')
  }
  const spare = subject.dhcpHosts.filter(serves)
  const isSpared = ({ host, cause }: Judgement) =>
    subject.dhcpHosts.includes(host) &&
    spare.some((other) => other !== host) &&
    (host !== subject.compute || cause.at === 'dhcp')
  return judgements.map((j) =>
    j.verdict.is === 'found' && isSpared(j) ? { ...j, verdict: { ...j.verdict, breaks: false } } : j,
  )
}

/**
 * What lies between the hosts shows only when frames reach it: with something found that stops them before, that they
 * were not seen beyond says nothing of it. Certain is only what was seen to leave.
 */
export function withdrawUnreached(judgements: readonly Judgement[]): readonly Judgement[] {
  const stopping = judgements.filter((j) => stopsPackets(j.verdict))
  return judgements.map((j) => {
    const before =
      j.cause.acrossHosts && j.verdict.is === 'found' && j.verdict.sure !== 'certain'
        ? stopping.find((s) => j.cause.explainedBy.includes(s.cause.id))
        : undefined
    if (!before) return j
    const { id } = before.cause
    return {
      ...j,
      verdict: unknown(
        `frames do not get that far (${id} on ${before.host})`,
        `报文到不了那里（${before.host}：${id}）`,
      ),
    }
  })
}

/** What a comparison with other VMs did to the sureness of causes. */
export function shifted(judgements: readonly Judgement[], shifts: readonly Shift[]): readonly Judgement[] {
  return judgements.map((j) => {
    const shift = shifts.find((s) => s.cause === j.cause.id && s.host === j.host)
    return shift && j.verdict.is === 'found' ? { ...j, verdict: { ...j.verdict, sure: shift.to } } : j
  })
}

/** Broken needs a cause that is at least likely, or a packet that was lost; healthy needs every conversation seen to pass. */
export function verdictOf(
  causes: readonly Suspect[],
  journey: readonly Leg[],
  experiments: readonly Experiment[],
): 'broken' | 'healthy' | 'undetermined' {
  if (
    causes.some((c) => c.verdict.sure !== 'possible') ||
    experiments.some((e) => isLost(e, isGatewayThere(experiments)))
  )
    return 'broken'
  const served = passes(journey, 'dhcp') && (passes(journey, 'arp') || !journey.some((l) => l.conversation === 'arp'))
  return served && causes.length === 0 ? 'healthy' : 'undetermined'
}

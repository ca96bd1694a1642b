import type { Diagnosis, Suspect } from '../core/diagnosis.ts'
import { type Say, say } from '../core/lang.ts'
import type { Parsed } from '../core/probe.ts'
import type { Alternative, Plan, PlannedCause, RepairStep } from '../core/repair.ts'
import { type Risk, risks } from '../core/step.ts'
import type { Operation } from './catalogue/operation.ts'
import type { Fences } from './fences.ts'
import { placeOf, type Way, waysOf } from './ways.ts'

export interface Wishes {
  /** Also causes that are only likely. */
  readonly likely: boolean
  /** Of what can be done about a cause, the one to take: 1 is the best. Absent: the best that is allowed. */
  readonly use?: number
  readonly maxRisk: Risk
  /** The NIC of the provider bridge: which one it is, only the operator may say. */
  readonly nic?: string
  /** The bridge of a physical network that the agent has none for: the same. */
  readonly bridge?: string
  /** UUID of the DHCP agent that is to host a network that none hosts. */
  readonly dhcpAgent?: string
  readonly fences: Fences
  /** Packets are to be sent as the VM at the end. */
  readonly prove: boolean
  /** Why no agent of Neutron may be started or restarted now. */
  readonly agentsAway?: Say
}

/** Reads what is there now on a host for an operation to change. */
export type Look = (operation: Pick<Operation, 'looks' | 'state'>, host: string) => Promise<Parsed<string>>

/**
 * What to do about the deepest causes, on one host: where the first is that a step can be taken about.
 * For each cause one way is taken; the others stand in `alternatives`, with the reason.
 */
export async function makePlan(id: string, diagnosis: Diagnosis, wishes: Wishes, look: Look): Promise<Plan> {
  const roots = diagnosis.causes.filter((s) => s.explainedBy.length === 0)
  const { subject } = diagnosis
  const agreed = roots.filter((s) => s.verdict.sure === 'certain' || (wishes.likely && s.verdict.sure === 'likely'))
  const ways: Way[] = []
  for (const suspect of agreed) ways.push(...(await waysOf(suspect, { diagnosis, wishes, look })))
  const first = ways.find(({ kind }) => kind === 'steps')?.suspect ?? agreed[0]
  const host = first && placeOf(first, ways)
  const mine = agreed.filter((s) => placeOf(s, ways) === host)
  const open = ways.filter(({ suspect }) => mine.includes(suspect))
  return {
    ...{ id, asked: subject.asked, vm: subject.name, port: subject.port.id },
    ...{ network: subject.network.name || subject.network.id, verdict: diagnosis.verdict },
    ...(host === undefined ? {} : { host }),
    causes: mine.map(plannedCause),
    ...chosen(mine, open, wishes),
    proves: wishes.prove,
    instructions: open.flatMap((way) => (way.kind === 'instructions' ? way.instructions : [])),
    later: diagnosis.causes.filter((s) => !mine.includes(s) && s.explainedBy.length === 0).map(plannedCause),
  }
}

function chosen(
  suspects: readonly Suspect[],
  ways: readonly Way[],
  wishes: Wishes,
): Pick<Plan, 'steps' | 'alternatives'> {
  const steps: RepairStep[] = []
  const alternatives: Alternative[] = ways.flatMap((way) => (way.kind === 'refused' ? way.alternatives : []))
  for (const suspect of suspects) {
    const open = ways.flatMap((w) => (w.suspect === suspect && w.kind === 'steps' ? [w.steps] : []))
    const allowed = open.filter((way) => way.every(({ risk }) => risks.indexOf(risk) <= risks.indexOf(wishes.maxRisk)))
    const taken = wishes.use === undefined ? allowed[0] : allowed.find((way) => way === open[(wishes.use ?? 1) - 1])
    for (const way of open) {
      const notTaken = allowed.includes(way) ? another : tooRisky
      if (way === taken) addWay(steps, way)
      else alternatives.push(...way.map((step) => ({ ...step, notTaken })))
    }
  }
  return { steps, alternatives }
}

/** What ends two causes is done once, where the last of them needs it. */
function addWay(steps: RepairStep[], way: readonly RepairStep[]): void {
  let from = 0
  for (const step of way) {
    const at = steps.findIndex((each) => commandOf(each) === commandOf(step))
    const known = steps[at] ?? { ...step, causes: [] }
    const both = { ...known, causes: [...known.causes, ...step.causes] }
    if (at >= from) steps[at] = both
    else {
      if (at >= 0) steps.splice(at, 1)
      steps.push(both)
    }
    from = steps.indexOf(both) + 1
  }
}
const commandOf = ({ on, run }: RepairStep) => JSON.stringify([on, run])

const another = say('another way is taken', '已选用另一种办法')
const tooRisky = say('above the risk that is allowed', '超出允许的风险')

const plannedCause = ({ cause, host, verdict }: Suspect): PlannedCause => ({
  ...{ id: cause.id, host, sure: verdict.sure },
  title: say(cause.words.en.title, cause.words.zh.title),
  says: say(cause.words.en.says(verdict.detail), cause.words.zh.says(verdict.detail)),
  evidence: verdict.because.map(
    (e) => `${e.host}: ${e.command}: ${e.absent === undefined ? e.line : `no ${e.absent}`}`,
  ),
})

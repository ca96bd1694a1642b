import type { Diagnosis, Suspect } from '../core/diagnosis.ts'
import { type Say, say } from '../core/lang.ts'
import type { Parsed } from '../core/probe.ts'
import type { Alternative, Instruction, Plan, PlannedCause, RepairStep } from '../core/repair.ts'
import { type Remedy, type Risk, risks } from '../core/step.ts'
import { operationOf } from './catalogue/catalogue.ts'
import type { Operation } from './catalogue/operation.ts'
import { fencedOff, type Fences } from './fences.ts'

export interface Wishes {
  /** Also causes that are only likely. */
  readonly likely: boolean
  /** Of what can be done about a cause, the one to take: 1 is the best. Absent: the best that is allowed. */
  readonly use?: number
  readonly maxRisk: Risk
  /** The NIC of the provider bridge: which one it is, only the operator may say. */
  readonly nic?: string
  /** UUID of the DHCP agent that is to host a network that none hosts. */
  readonly dhcpAgent?: string
  readonly fences: Fences
  /** Packets are to be sent as the VM at the end. */
  readonly prove: boolean
  /** Why no agent of Neutron may be started or restarted now. */
  readonly agentsAway?: Say
}

/** Reads what is there now on a host for an operation to change. */
export type Look = (operation: Operation, host: string) => Promise<Parsed<string>>

/**
 * What to do about the deepest causes, on one host: where the first is that a step can be taken about.
 * For each cause one way is taken; the others stand in `alternatives`, with the reason.
 */
export async function makePlan(id: string, diagnosis: Diagnosis, wishes: Wishes, look: Look): Promise<Plan> {
  const roots = diagnosis.causes.filter((s) => s.explainedBy.length === 0)
  const { subject } = diagnosis
  const agreed = roots.filter((s) => s.verdict.sure === 'certain' || (wishes.likely && s.verdict.sure === 'likely'))
  const all: Way[] = []
  for (const suspect of agreed) {
    const remedies = suspect.cause.fix(suspect.verdict.detail, { subject, host: suspect.host })
    for (const remedy of remedies) all.push(await wayOf(suspect, named(remedy, wishes), { diagnosis, wishes, look }))
  }
  const first = all.find((way) => way.kind === 'step')?.suspect ?? agreed[0]
  const host = first?.host
  const mine = agreed.filter((s) => s.host === host)
  const ways = all.filter(({ suspect }) => mine.includes(suspect))
  return {
    ...{ id, asked: subject.asked, vm: subject.name, port: subject.port.id },
    ...{ network: subject.network.name || subject.network.id, verdict: diagnosis.verdict },
    ...(host === undefined ? {} : { host }),
    causes: mine.map(plannedCause),
    ...chosen(mine, ways, wishes),
    proves: wishes.prove,
    instructions: ways.flatMap((way) => (way.kind === 'instruction' ? [way.instruction] : [])),
    later: diagnosis.causes.filter((s) => !mine.includes(s) && s.explainedBy.length === 0).map(plannedCause),
  }
}

/** One remedy of one cause: a step that may be taken, one that may not, or something for a person. */
type Way = { readonly suspect: Suspect } & (
  | { readonly kind: 'step'; readonly step: RepairStep }
  | { readonly kind: 'refused'; readonly alternative: Alternative }
  | { readonly kind: 'instruction'; readonly instruction: Instruction }
)

/** With the names that no diagnosis can know. */
function named(remedy: Remedy, { nic, dhcpAgent }: Wishes): Remedy {
  const names = new Map([
    ['<NIC>', nic],
    ['<AGENT>', dhcpAgent],
  ])
  return remedy.run ? { ...remedy, run: remedy.run.map((word) => names.get(word) ?? word) } : remedy
}

async function wayOf(
  suspect: Suspect,
  remedy: Remedy,
  { diagnosis, wishes, look }: { diagnosis: Diagnosis; wishes: Wishes; look: Look },
): Promise<Way> {
  const { on, run, risk } = remedy
  const operation = run && on === suspect.host ? operationOf(run) : undefined
  if (!run || !operation)
    return { suspect, kind: 'instruction', instruction: { on, say: remedy.say, ...(run ? { run } : {}) } }
  const state = await look(operation, on)
  const undo = state.ok ? operation.undo(state.fact) : undefined
  const step: RepairStep = {
    ...{ on, run, risk, say: remedy.say, causes: [suspect.cause.id], touches: operation.touches },
    before: state.ok ? state.fact : '',
    ...(undo === undefined ? {} : { undo }),
  }
  const refused =
    fencedOff(wishes.fences, { host: on, network: diagnosis.subject.network }) ??
    (startsAgent(run) ? wishes.agentsAway : undefined) ??
    (state.ok ? operation.forbids?.(state.fact) : unread(state.problem))
  return refused
    ? { suspect, kind: 'refused', alternative: { ...step, notTaken: refused } }
    : { suspect, kind: 'step', step }
}

/** Whether an agent would read its ports from Neutron again. */
const startsAgent = ([program, verb, unit = '']: readonly string[]) =>
  program === 'systemctl' && verb !== 'stop' && /^neutron-|^devstack@/.test(unit)

const unread = (why: Say) => say(`what is there now could not be read: ${why.en}`, `读不到当前状态：${why.zh}`)

function chosen(
  suspects: readonly Suspect[],
  ways: readonly Way[],
  wishes: Wishes,
): Pick<Plan, 'steps' | 'alternatives'> {
  const steps: RepairStep[] = []
  const alternatives: Alternative[] = ways.flatMap((way) => (way.kind === 'refused' ? [way.alternative] : []))
  for (const { cause } of suspects) {
    const open = ways.flatMap((w) => (w.kind === 'step' && w.step.causes.includes(cause.id) ? [w.step] : []))
    const allowed = open.filter((step) => risks.indexOf(step.risk) <= risks.indexOf(wishes.maxRisk))
    const taken = wishes.use === undefined ? allowed[0] : allowed.find((step) => step === open[(wishes.use ?? 1) - 1])
    for (const step of open) {
      if (step === taken) addStep(steps, step)
      else alternatives.push({ ...step, notTaken: allowed.includes(step) ? another : tooRisky })
    }
  }
  return { steps, alternatives }
}

/** What ends two causes is done once. */
function addStep(steps: RepairStep[], step: RepairStep): void {
  const at = steps.findIndex((known) => commandOf(known) === commandOf(step))
  const known = steps[at]
  if (known) steps[at] = { ...known, causes: [...known.causes, ...step.causes] }
  else steps.push(step)
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

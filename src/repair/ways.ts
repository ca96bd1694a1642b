import { API } from '../core/answer.ts'
import type { Diagnosis, Suspect } from '../core/diagnosis.ts'
import { type Say, say } from '../core/lang.ts'
import { fact, type Parsed } from '../core/probe.ts'
import type { Alternative, Instruction, RepairStep } from '../core/repair.ts'
import type { Remedy } from '../core/step.ts'
import { operationOf } from './catalogue/catalogue.ts'
import type { Operation } from './catalogue/operation.ts'
import { fencedOff } from './fences.ts'
import type { Look, Wishes } from './plan.ts'

/** What ends one cause: steps that may be taken, steps that may not, or something for a person. */
export type Way = { readonly suspect: Suspect } & (
  | { readonly kind: 'steps'; readonly steps: readonly RepairStep[] }
  | { readonly kind: 'refused'; readonly alternatives: readonly Alternative[] }
  | { readonly kind: 'instructions'; readonly instructions: readonly Instruction[] }
)

interface Circumstances {
  readonly diagnosis: Diagnosis
  readonly wishes: Wishes
  readonly look: Look
}

/** What can be done about one cause, best first. */
export async function waysOf(suspect: Suspect, around: Circumstances): Promise<readonly Way[]> {
  const { cause, verdict, host } = suspect
  const remedies = cause.fix(verdict.detail, { subject: around.diagnosis.subject, host })
  const ways: Way[] = []
  for (const some of together(remedies.map((remedy) => named(remedy, around.wishes))))
    ways.push(await wayOf(suspect, some, around))
  return ways
}

/** The host that a cause's repair touches: of a cause of the cloud that is another than where it was found. */
export function placeOf(suspect: Suspect, ways: readonly Way[]): string {
  const way = ways.find((each) => each.suspect === suspect && each.kind === 'steps')
  const step = way?.kind === 'steps' ? way.steps.find(({ on }) => on !== API) : undefined
  return step?.on ?? suspect.host
}

/** Each remedy with those that follow it. */
function together(remedies: readonly Remedy[]): readonly (readonly Remedy[])[] {
  const ways: Remedy[][] = []
  for (const remedy of remedies) {
    const last = ways.at(-1)
    if (remedy.follows && last) last.push(remedy)
    else ways.push([remedy])
  }
  return ways
}

/** With the names that no diagnosis can know. */
function named(remedy: Remedy, { nic, dhcpAgent, bridge }: Wishes): Remedy {
  const names = { '<NIC>': nic, '<AGENT>': dhcpAgent, '<BRIDGE>': bridge }
  const told = (word: string) =>
    Object.entries(names).reduce((text, [mark, name]) => (name === undefined ? text : text.replace(mark, name)), word)
  return remedy.run ? { ...remedy, run: remedy.run.map(told) } : remedy
}

/** A way is taken as a whole: where one remedy of it is a person's, all are. */
async function wayOf(suspect: Suspect, remedies: readonly Remedy[], around: Circumstances): Promise<Way> {
  const tries: Tried[] = []
  for (const [i, remedy] of remedies.entries()) {
    const operation = operationFor(suspect, remedy)
    if (!operation) return { suspect, kind: 'instructions', instructions: remedies.map(instructionOf) }
    const proves = i === remedies.length - 1 || remedies[i + 1]?.follows === 'when ruled out'
    const causes = proves ? [suspect.cause.id] : []
    tries.push(await tried(remedy, operation, { around, causes, earlier: tries }))
  }
  const refused = tries.find((each) => each.refused)?.refused
  const steps = tries.map(({ step }) => step)
  return refused
    ? { suspect, kind: 'refused', alternatives: steps.map((step) => ({ ...step, notTaken: refused })) }
    : { suspect, kind: 'steps', steps }
}

/** A cause of a host is repaired there or over the API. */
function operationFor({ host }: Suspect, { run, on }: Remedy): Operation | undefined {
  return run && (on === host || on === API || host === API) ? operationOf(run) : undefined
}

const instructionOf = ({ on, say: words, run }: Remedy): Instruction => ({ on, say: words, ...(run ? { run } : {}) })

interface Tried {
  readonly step: RepairStep
  readonly operation: Operation
  /** Why it may not be taken. */
  readonly refused?: Say
}

async function tried(
  remedy: Remedy,
  operation: Operation,
  { around, causes, earlier }: { around: Circumstances; causes: readonly string[]; earlier: readonly Tried[] },
): Promise<Tried> {
  const { on, run = [], risk } = remedy
  const same = earlier.findLast((each) => isOfTheSame(each.operation, operation))
  const state = same?.operation.makes === undefined ? await around.look(operation, on) : fact(same.operation.makes)
  const undo = state.ok ? undoOf(remedy, operation, { before: state.fact, same }) : undefined
  const step: RepairStep = {
    ...{
      on,
      run,
      risk,
      say: remedy.say,
      causes,
      touches: state.ok ? touchesOf(operation, state.fact) : operation.touches,
    },
    before: state.ok ? state.fact : '',
    ...(undo === undefined ? {} : { undo }),
  }
  const refused = refusal(step, operation, { state, around })
  return { step, operation, ...(refused ? { refused } : {}) }
}

const isOfTheSame = (one: Operation, other: Operation) => JSON.stringify(one.looks) === JSON.stringify(other.looks)

function undoOf(
  { run = [], follows }: Remedy,
  operation: Operation,
  { before, same }: { readonly before: string; readonly same: Tried | undefined },
): readonly string[] | undefined {
  // What it has read anew is another when that is taken back.
  if (follows && isRestart(run)) return run
  // It puts back what the step before it took away.
  return same && same.step.before === operation.makes ? undefined : operation.undo(before)
}

function touchesOf({ touches, becomes }: Operation, before: string): Say {
  const after = becomes?.(before)
  return after === undefined ? touches : say(`${touches.en}; it becomes: ${after}`, `${touches.zh}；改为：${after}`)
}

function refusal(
  { on, run }: RepairStep,
  operation: Operation,
  { state, around: { diagnosis, wishes } }: { state: Parsed<string>; around: Circumstances },
): Say | undefined {
  return (
    fencedOff(wishes.fences, { host: on, network: diagnosis.subject.network }) ??
    (startsAgent(run) ? wishes.agentsAway : undefined) ??
    (state.ok ? operation.forbids?.(state.fact) : unread(state.problem))
  )
}

/** Whether an agent would read its ports from Neutron again. */
const startsAgent = ([program, verb, unit = '']: readonly string[]) =>
  program === 'systemctl' && verb !== 'stop' && /^neutron-|^devstack@/.test(unit)
const isRestart = ([program, verb]: readonly string[]) => program === 'systemctl' && verb === 'restart'

const unread = (why: Say) => say(`what is there now could not be read: ${why.en}`, `读不到当前状态：${why.zh}`)

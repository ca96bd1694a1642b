import type { Comparison, Shift } from './core/comparison.ts'
import { type Say, say } from './core/lang.ts'
import type { Subject } from './core/subject.ts'
import type { Transport } from './core/transport.ts'
import { type Sibling, siblingsOf, siblingSubject, withStates } from './cloud/siblings.ts'
import { cellOf, type Looked, questionOf } from './compare/cell.ts'
import { type Choice, type Chosen, choose, isAlike } from './compare/choose.ts'
import { expectedScopes } from './compare/expected.ts'
import { isolate } from './compare/isolate.ts'
import { contradictionsOf, weigh } from './compare/weigh.ts'

/** Whether to compare with other VMs: always, never, or where the VM's own diagnosis leaves a doubt. */
export type CompareWhen = 'always' | 'when unsure' | 'never'

export interface Comparing {
  readonly transport: Transport
  /** Diagnoses of other VMs: all asked together, each by the very checks of the VM's own. */
  readonly look: (subjects: readonly Subject[]) => Promise<readonly Looked[]>
  /** The VM's own diagnosis again, with what the comparison does to its causes. */
  readonly rejudge: (shifts: readonly Shift[]) => Looked
}
export interface Compared {
  readonly own: Looked
  readonly comparison: Comparison
}

/** VMs that are compared: one for each variable, and a second witness for host and for network. */
const SIBLINGS = 6

export function isWanted(when: CompareWhen, { verdict, causes }: Looked): boolean {
  if (when !== 'when unsure') return when === 'always'
  return verdict === 'undetermined' || (verdict === 'broken' && causes[0]?.verdict.sure !== 'certain')
}

/** The control-variable method: the same questions of VMs that differ in one thing each, in one more collection. */
export async function compare(own: Looked, by: Comparing): Promise<Compared> {
  const hindrance = hindranceOf(own)
  if (hindrance) return { own, comparison: nothing(hindrance) }
  const siblings = await siblingsOf(own.subject, by.transport)
  if (!siblings.ok) return { own, comparison: nothing(siblings.say) }
  const choice = await chooseRunning(siblings.own, siblings.all, by.transport)
  const subjects = await Promise.all(choice.chosen.map((c) => siblingSubject(c.candidate, by.transport)))
  const looked = subjects.length > 0 ? await by.look(subjects) : []
  return concluded(own, siblings.own, choice, looked, by)
}

function hindranceOf(own: Looked): Say | undefined {
  if (!own.subject.fromApi) return say('other VMs are known from the API only', '只有通过 API 才能找到其他虚拟机')
  const isJudged = [own.causes, own.warnings, own.ruledOut, own.unknown].some((list) => list.length > 0)
  return isJudged ? undefined : own.limits[0]
}

/** Rounds of asking Nova, each about those that a refusal has let move up. */
const ROUNDS = 2

/** Chooses, and chooses again where Nova says that one of them does not run. */
async function chooseRunning(own: Sibling, all: readonly Sibling[], transport: Transport): Promise<Choice<Sibling>> {
  let known = all
  for (let round = 0; round < ROUNDS; round++) {
    const open = choose(own, known, SIBLINGS).chosen.map((c) => c.candidate)
    const told = await withStates(
      open.filter((c) => c.server === undefined),
      transport,
    )
    const states = new Map(told.map((c) => [c.port, c]))
    known = known.map((c) => states.get(c.port) ?? c)
  }
  return choose(own, known, SIBLINGS)
}

function concluded(
  before: Looked,
  ownPort: Sibling,
  { chosen, passedOver }: Choice<Sibling>,
  looked: readonly Looked[],
  by: Comparing,
): Compared {
  const others = chosen.flatMap((c, i) => {
    const d = looked[i]
    return d ? [{ d, about: aboutOf(c, ownPort) }] : []
  })
  const cellsFor = (own: Looked) => [
    cellOf(own, own, { kind: 'this VM', why: say('the VM itself', '虚拟机自己'), sameGroups: true }),
    ...others.map(({ d, about }) => cellOf(d, own, about)),
  ]
  const shifts = weigh(before.causes, cellsFor(before), before.subject)
  const own = shifts.length > 0 ? by.rejudge(shifts) : before
  const cells = cellsFor(own)
  const top = own.causes.find((c) => c.explainedBy.length === 0)
  const isolates = isolate(cells, top ? expectedScopes(top.cause, top.host, own.subject) : [])
  const contradictions = contradictionsOf(own.causes, cells, own.subject)
  const without = others.length === 0 ? say('no other VM is fit to be compared', '没有适合对比的其他虚拟机') : undefined
  return {
    own,
    comparison: {
      question: questionOf(own),
      cells,
      ...(isolates ? { isolates } : {}),
      contradictions,
      shifts,
      passedOver,
      ...(without ? { without } : {}),
    },
  }
}

const aboutOf = ({ candidate, kind, why }: Chosen<Sibling>, own: Sibling) => ({
  kind,
  why,
  sameGroups: isAlike(candidate, own),
})

const nothing = (without: Say): Comparison => ({
  question: 'all',
  cells: [],
  contradictions: [],
  shifts: [],
  passedOver: [],
  without,
})

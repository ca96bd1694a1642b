import { type Comparison, MOST_SIBLINGS, type Shift } from './core/comparison.ts'
import { type Say, say } from './core/lang.ts'
import type { Subject } from './core/subject.ts'
import type { Transport } from './core/transport.ts'
import { type Sibling, siblingsOf, siblingSubject, withStates } from './cloud/siblings.ts'
import { cellOf, type Looked, questionOf } from './compare/cell.ts'
import { type Choice, type Chosen, choose, isAlike } from './compare/choose.ts'
import { expectedScopes } from './compare/expected.ts'
import { isolate } from './compare/isolate.ts'
import { contradictionsOf, disproven, weigh } from './compare/weigh.ts'

/** Whether to compare with other VMs: always, never, or where the VM's own diagnosis leaves a doubt. */
export type CompareWhen = 'always' | 'when unsure' | 'never'

/** The VMs to compare with. */
export interface Company {
  readonly own: Sibling
  readonly choice: Choice<Sibling>
  /** Of those that were chosen, in their order. */
  readonly subjects: readonly Subject[]
}
/** A VM to compare with, by the very checks of the VM's own diagnosis. */
export interface Other {
  readonly looked: Looked
  /** The same without the packets that were sent as it. Absent where none were. */
  readonly passively?: Looked
}
export interface Comparing {
  /** Or why nobody is known. */
  readonly company: Company | Say
  readonly others: readonly Other[]
  /** The VM's own diagnosis again, with what the comparison does to its causes. */
  readonly rejudge: (shifts: readonly Shift[]) => Looked
}
export interface Compared {
  readonly own: Looked
  readonly comparison: Comparison
}

export function isWanted(when: CompareWhen, { verdict, causes }: Looked): boolean {
  if (when !== 'when unsure') return when === 'always'
  return verdict === 'undetermined' || (verdict === 'broken' && causes[0]?.verdict.sure !== 'certain')
}

/** The control-variable method: the same questions of VMs that differ in one thing each. */
export function compare(own: Looked, by: Comparing): Compared {
  const { company } = by
  const hindrance = 'subjects' in company ? hindranceOf(own) : company
  if (hindrance || !('subjects' in company)) return { own, comparison: nothing(hindrance) }
  return concluded(own, company, by)
}

/** Whoever is fit to be compared, in a few lists of the API; or why nobody is known. */
export async function companyOf(subject: Subject, transport: Transport): Promise<Company | Say> {
  if (!subject.fromApi) return say('other VMs are known from the API only', '只有通过 API 才能找到其他虚拟机')
  const siblings = await siblingsOf(subject, transport)
  if (!siblings.ok) return siblings.say
  const choice = await chooseRunning(siblings.own, siblings.all, transport)
  const subjects = await Promise.all(choice.chosen.map((c) => siblingSubject(c.candidate, transport)))
  return { own: siblings.own, choice, subjects }
}

/** A VM that is out of scope was not judged, and has nothing to compare. */
function hindranceOf(own: Looked): Say | undefined {
  const isJudged = [own.causes, own.warnings, own.ruledOut, own.unknown].some((list) => list.length > 0)
  return isJudged ? undefined : own.limits[0]
}

/** Rounds of asking Nova, each about those that a refusal has let move up. */
const ROUNDS = 2

/** Chooses, and chooses again where Nova says that one of them does not run. */
async function chooseRunning(own: Sibling, all: readonly Sibling[], transport: Transport): Promise<Choice<Sibling>> {
  let known = all
  for (let round = 0; round < ROUNDS; round++) {
    const open = choose(own, known, MOST_SIBLINGS).chosen.map((c) => c.candidate)
    const told = await withStates(
      open.filter((c) => c.server === undefined),
      transport,
    )
    const states = new Map(told.map((c) => [c.port, c]))
    known = known.map((c) => states.get(c.port) ?? c)
  }
  return choose(own, known, MOST_SIBLINGS)
}

function concluded(before: Looked, { own: ownPort, choice: { chosen, passedOver } }: Company, by: Comparing): Compared {
  const others = chosen.flatMap((c, i) => {
    const other = by.others[i]
    return other ? [{ d: other.looked, about: { ...aboutOf(c, ownPort), passively: other.passively } }] : []
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
  const contradictions = [...contradictionsOf(own.causes, cells, own.subject), ...disproven(cells)]
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

const nothing = (without: Say | undefined): Comparison => ({
  question: 'all',
  cells: [],
  contradictions: [],
  shifts: [],
  passedOver: [],
  ...(without ? { without } : {}),
})

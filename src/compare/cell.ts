import { distinct, type Evidence } from '../core/answer.ts'
import type { Cell, CellStatus, ProvenCell, Question } from '../core/comparison.ts'
import type { Diagnosis, Suspect } from '../core/diagnosis.ts'
import { type AsTheVm, asTheVmOf, gapsOf, isAnswered, isLost, isServed } from '../core/experiment.ts'
import { type Leg, passes } from '../core/hop.ts'
import { type Say, say } from '../core/lang.ts'

export type Looked = Omit<Diagnosis, 'tookMs'>

/** Lines of evidence for one cell: the whole of it is one `oldhand diagnose` away. */
const EVIDENCE = 2

/** What the VM fails at: the same is asked of the others. */
export function questionOf({ journey, experiments }: Looked): Question {
  const shown = asTheVmOf(experiments)
  const lost = shown && isLost(shown) ? gapsOf(shown).map(({ trip }) => trip.conversation) : []
  const fails = (conversation: Leg['conversation']) =>
    lost.includes(conversation) ||
    journey.some((leg) => leg.conversation === conversation && leg.hops.some((hop) => hop.status === 'blocked'))
  return fails('dhcp') ? 'dhcp' : fails('arp') ? 'arp' : 'all'
}

function statusOf(d: Looked, question: Question): CellStatus {
  const { verdict, causes, journey, experiments } = d
  const shown = asTheVmOf(experiments)
  if (verdict === 'broken') return shown && isDefied(d, shown) ? 'unknown' : 'broken'
  if (verdict === 'healthy') return 'works'
  if (question === 'all' || causes.length > 0) return 'unknown'
  return passes(journey, question) || (shown && isAnswered(shown, question)) ? 'works' : 'unknown'
}

/** All that was found would stop packets that came back. They are put in behind the guest's port, and do not try it. */
function isDefied(d: Looked, shown: AsTheVm): boolean {
  const roots = rootsOf(d)
  const defies = ({ cause, verdict }: Suspect) => {
    const { station, conversations = ['dhcp', 'arp'] } = { ...cause.stops, ...verdict.stops }
    return station !== 'guest port' && conversations.some((conversation) => isAnswered(shown, conversation))
  }
  return !isLost(shown) && roots.length > 0 && roots.every(defies)
}

function provenOf({ experiments }: Looked, question: Question, passively?: CellStatus): ProvenCell | undefined {
  const shown = asTheVmOf(experiments)
  if (!shown) return undefined
  const before = passively === undefined ? {} : { passively }
  if (isLost(shown)) {
    const gaps = gapsOf(shown)
    const gap = gaps.find(({ trip }) => trip.conversation === question) ?? gaps[0]
    return { is: 'lost', ...before, ...(gap ? { gap } : {}) }
  }
  const served = question === 'all' ? isServed(shown) : isAnswered(shown, question)
  return { is: served ? 'works' : 'unknown', ...before }
}

export interface About extends Pick<Cell, 'kind' | 'why' | 'sameGroups'> {
  /** Its diagnosis by what was read alone, where packets were sent as it. */
  readonly passively?: Looked | undefined
}

/** A VM of the matrix, from its own diagnosis: nothing counts as working that was not seen to. */
export function cellOf(d: Looked, own: Looked, { passively, ...about }: About): Cell {
  const { subject } = d
  const question = questionOf(own)
  const status = about.kind === 'this VM' ? ownStatus[d.verdict] : statusOf(d, question)
  const proven = provenOf(d, question, passively && statusOf(passively, question))
  const root = status === 'broken' ? rootsOf(d)[0] : undefined
  return {
    vm: subject.name,
    port: subject.port.id,
    network: subject.network.name || subject.network.id,
    networkId: subject.network.id,
    host: subject.compute ?? '-',
    ...about,
    status,
    ...(root ? { cause: { id: root.cause.id, host: root.host } } : {}),
    alike: d.verdict !== 'broken' || about.kind === 'this VM' || isAlike(d, own),
    ...(status === 'unknown' ? { missing: missingOf(d) } : {}),
    because: status === 'unknown' ? [] : becauseOf(d, root, proven),
    ...(proven ? { proven } : {}),
  }
}

const ownStatus = { broken: 'broken', healthy: 'works', undetermined: 'unknown' } as const

function becauseOf(d: Looked, root: Suspect | undefined, proven: ProvenCell | undefined): readonly Evidence[] {
  if (root) return distinct(root.verdict.because).slice(0, EVIDENCE)
  const gap = proven?.gap
  return gap ? distinct([...(gap.after?.because ?? []), ...gap.before.because]).slice(0, EVIDENCE) : arrivalOf(d)
}

const rootsOf = ({ causes }: Looked): readonly Suspect[] => causes.filter((c) => c.explainedBy.length === 0)

/** Broken by what the VM has as well, or may have: what is ruled out there is the other one's own trouble. */
function isAlike(d: Looked, own: Looked): boolean {
  const roots = rootsOf(d)
  if (roots.length === 0) return losesTheSame(d, own)
  const open = [...own.causes.map((c) => ({ id: c.cause.id as string, host: c.host })), ...own.unknown]
  return roots.some(({ cause, host }) =>
    open.some((o) => o.id === cause.id && (o.host === host || cause.acrossHosts === true)),
  )
}

/** Of packets that nothing explains only what becomes of them can be compared. */
function losesTheSame(d: Looked, own: Looked): boolean {
  const question = questionOf(own)
  const gap = provenOf(d, question)?.gap
  return question === 'all' || gap?.trip.conversation === question
}

function missingOf(d: Looked): Say {
  const [root] = d.verdict === 'broken' ? rootsOf(d) : []
  if (root)
    return say(
      `${root.cause.id} would stop packets that are answered`,
      `${root.cause.id} 本应使报文不通，但报文得到了应答`,
    )
  const suspect = d.causes[0]
  if (suspect) return say(`only a suspicion (${suspect.cause.id})`, `只是怀疑（${suspect.cause.id}）`)
  const unseen = d.journey.flatMap((leg) => leg.hops.flatMap((hop) => hop.missing ?? []))[0]
  return d.limits[0] ?? unseen ?? say('not every hop was seen to pass', '没有证据表明每一跳都通')
}

/** What shows that its packets arrive: the last hop of each leg. */
const arrivalOf = ({ journey }: Looked): readonly Evidence[] =>
  distinct(journey.flatMap((leg) => leg.hops.at(-1)?.because.slice(0, 1) ?? [])).slice(0, EVIDENCE)

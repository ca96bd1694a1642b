import { distinct, type Evidence } from '../core/answer.ts'
import type { Cell, CellStatus, Kind, Question } from '../core/comparison.ts'
import type { Diagnosis, Suspect } from '../core/diagnosis.ts'
import { type Leg, passes } from '../core/hop.ts'
import { type Say, say } from '../core/lang.ts'

export type Looked = Omit<Diagnosis, 'tookMs'>

/** Lines of evidence for one cell: the whole of it is one `oldhand diagnose` away. */
const EVIDENCE = 2

/** What the VM fails at: the same is asked of the others. */
export function questionOf({ journey }: Looked): Question {
  const fails = (conversation: Leg['conversation']) =>
    journey.some((leg) => leg.conversation === conversation && leg.hops.some((hop) => hop.status === 'blocked'))
  return fails('dhcp') ? 'dhcp' : fails('arp') ? 'arp' : 'all'
}

function statusOf({ verdict, causes, journey }: Looked, question: Question): CellStatus {
  if (verdict === 'broken') return 'broken'
  if (verdict === 'healthy') return 'works'
  return question !== 'all' && causes.length === 0 && passes(journey, question) ? 'works' : 'unknown'
}

/** A VM of the matrix, from its own diagnosis: nothing counts as working that was not seen to. */
export function cellOf(
  d: Looked,
  own: Looked,
  about: { readonly kind: Kind; readonly why: Say; readonly sameGroups: boolean },
): Cell {
  const { subject } = d
  const status = statusOf(d, about.kind === 'this VM' ? 'all' : questionOf(own))
  const root = d.verdict === 'broken' ? rootsOf(d)[0] : undefined
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
    because: root ? distinct(root.verdict.because).slice(0, EVIDENCE) : status === 'works' ? arrivalOf(d) : [],
  }
}

const rootsOf = ({ causes }: Looked): readonly Suspect[] => causes.filter((c) => c.explainedBy.length === 0)

/** Broken by what the VM has as well, or may have: what is ruled out there is the other one's own trouble. */
function isAlike(d: Looked, own: Looked): boolean {
  const open = [...own.causes.map((c) => ({ id: c.cause.id as string, host: c.host })), ...own.unknown]
  return rootsOf(d).some(({ cause, host }) =>
    open.some((o) => o.id === cause.id && (o.host === host || cause.acrossHosts === true)),
  )
}

function missingOf(d: Looked): Say {
  const suspect = d.causes[0]
  if (suspect) return say(`only a suspicion (${suspect.cause.id})`, `只是怀疑（${suspect.cause.id}）`)
  const unseen = d.journey.flatMap((leg) => leg.hops.flatMap((hop) => hop.missing ?? []))[0]
  return d.limits[0] ?? unseen ?? say('not every hop was seen to pass', '没有证据表明每一跳都通')
}

/** What shows that its packets arrive: the last hop of each leg. */
const arrivalOf = ({ journey }: Looked): readonly Evidence[] =>
  distinct(journey.flatMap((leg) => leg.hops.at(-1)?.because.slice(0, 1) ?? [])).slice(0, EVIDENCE)

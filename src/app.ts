import { API, type Answer } from './core/answer.ts'
import type { Shift } from './core/comparison.ts'
import type { Diagnosis, Suspect } from './core/diagnosis.ts'
import type { Experiment, Plan } from './core/experiment.ts'
import type { Leg, Station } from './core/hop.ts'
import { type Say, say } from './core/lang.ts'
import type { AnyNeed, FactOf, Needs, Parsed } from './core/probe.ts'
import type { Step } from './core/step.ts'
import type { Subject } from './core/subject.ts'
import type { Transport } from './core/transport.ts'
import { causes } from './causes/index.gen.ts'
import { type Resolution, resolveSubject } from './cloud/resolve.ts'
import type { Looked } from './compare/cell.ts'
import { companyOf, compare, type CompareWhen, type Comparing, isWanted, type Other } from './comparing.ts'
import { collect, collectAll, type Collected } from './engine/collect.ts'
import { conclude, demoteRedundant, shifted, verdictOf, withdrawUnreached } from './engine/conclude.ts'
import { type FactBase, readAll } from './engine/facts.ts'
import { judgeAll, placesOf } from './engine/judge.ts'
import { remembering } from './engine/remembering.ts'
import { experimentNeeds } from './experiments/prepare.ts'
import { follow } from './journey/follow.ts'
import { tableNeeds } from './journey/tables.ts'
import { trafficNeeds } from './journey/traffic.ts'
import { agentLog } from './probes/agents/log.ts'
import { ovsdbAsks, parseOvsdb } from './probes/ovs/ovsdb.ts'
import { subjectFromOvsdb } from './probes/ovsdb-subject.ts'
import { sentAsVm } from './probes/wiring/sent-as-vm.ts'
import { nothingProven, type Proven, provenThen, type Proving, prove, shownAs } from './proving.ts'
import { limitsOf, outOfScope, scopeNeeds } from './scope.ts'
import { changeNeeds, changesOf } from './timeline/changes.ts'

/** What the operator names: a VM (by any of its names), or a port and its host where there is no API. */
export type Asked = { readonly vm: string } | { readonly port: string; readonly host: string }

export type Outcome =
  | { readonly kind: 'diagnosis'; readonly diagnosis: Diagnosis; readonly facts: FactBase }
  /** Nothing was sent: this is what would have been. */
  | { readonly kind: 'planned'; readonly plan: Plan }
  | Exclude<Resolution, { kind: 'subject' }>

/** What goes beyond looking at the VM itself. */
export interface Further {
  readonly comparing?: CompareWhen
  readonly proving?: Proving
}

/** What a VM is judged by: all but what only tells of changes. */
const judgeNeeds: readonly AnyNeed[] = [
  ...causes.flatMap((cause) => Object.values(cause.needs as Needs)),
  ...Object.values(trafficNeeds),
  ...Object.values(tableNeeds),
  ...Object.values(scopeNeeds),
]

/** Everything that any part of a diagnosis reads. */
const allNeeds: readonly AnyNeed[] = [...judgeNeeds, ...Object.values(changeNeeds), agentLog]

/** Resolves, looks, proves where that is wanted, follows, judges, compares. The same for a live cloud and a recorded one. */
export async function diagnose(
  asked: Asked,
  transport: Transport,
  { comparing = 'never', proving = provenThen(transport) }: Further = {},
): Promise<Outcome> {
  const started = performance.now()
  const heard = remembering(transport)
  const resolution = 'vm' in asked ? await resolveSubject(asked.vm, heard) : await fromHost(asked, heard)
  if (resolution.kind !== 'subject') return resolution
  const { subject } = resolution
  const [facts, early] = await Promise.all([
    collect(subject, [...allNeeds, ...(proving ? experimentNeeds : [])], heard),
    // Packets are sent as others only by the wish to compare: one plan, shown before any of it, names them all.
    proving && comparing === 'always' ? gather(subject, heard, experimentNeeds) : undefined,
  ])
  const shown = proving ? await prove({ subject, facts }, early?.members ?? [], proving) : nothingProven
  if ('plan' in shown) return { kind: 'planned', plan: shown.plan }
  const proven = { ...shown, answers: [...heard.answers(), ...shown.answers] }
  const alone = judged(subject, facts, proven)
  const { own, comparison } = isWanted(comparing, alone)
    ? compareWith(early ?? (await gather(subject, heard)), alone, {
        shown,
        rejudge: (shifts) => judged(subject, facts, proven, shifts),
      })
    : { own: alone }
  const answers = [...heard.answers(), ...shown.answers]
  const diagnosis = {
    ...own,
    ...(comparison === undefined ? {} : { comparison }),
    asked: answers.filter((a) => a.failure?.reason !== 'not recorded').length,
    answers,
    ...(transport.recordedAt === undefined ? {} : { recordedAt: transport.recordedAt }),
    tookMs: Math.round(performance.now() - started),
  }
  return { kind: 'diagnosis', facts, diagnosis }
}

interface Gathered {
  readonly company: Comparing['company']
  readonly members: readonly Collected[]
}

/** Other VMs, all in one collection: a host that several are on is asked once. */
async function gather(subject: Subject, transport: Transport, more: readonly AnyNeed[] = []): Promise<Gathered> {
  const company = await companyOf(subject, transport)
  const subjects = 'subjects' in company ? company.subjects : []
  return { company, members: await collectAll(subjects, [...judgeNeeds, ...more], transport) }
}

function compareWith(
  { company, members }: Gathered,
  own: Looked,
  { shown, rejudge }: { readonly shown: Proven; readonly rejudge: Comparing['rejudge'] },
) {
  return compare(own, { company, rejudge, others: members.map((member) => lookAt(member, shown)) })
}

/** Another VM by what was read of it; and again by the packets that were sent as it, where there are any. */
function lookAt({ subject, facts }: Collected, proven: Proven): Other {
  const answers = facts.answers()
  const passively = judged(subject, facts, { ...nothingProven, answers })
  const shown = shownAs(subject.port.id, proven)
  if (!shown) return { looked: passively }
  facts.give(sentAsVm, shown)
  return { passively, looked: judged(subject, facts, { ...nothingProven, answers, experiments: [shown] }) }
}

async function fromHost(asked: { port: string; host: string }, transport: Transport): Promise<Resolution> {
  const answers = await transport.ask(ovsdbAsks(asked.host))
  const db = parseOvsdb(answers)
  const subject = db.ok ? subjectFromOvsdb(asked.port, asked.host, db.fact) : db
  if (subject.ok) return { kind: 'subject', subject: subject.fact }
  const failure = answers.find((a) => a.failure)?.failure ?? { reason: 'exit' as const, detail: subject.problem }
  return {
    kind: 'failed',
    failure,
    say: say(`Cannot find the port: ${subject.problem.en}`, `找不到该端口：${subject.problem.zh}`),
  }
}

function judged(subject: Subject, facts: FactBase, proven: Proven, shifts: readonly Shift[] = []): Looked {
  const { answers, experiments } = proven
  const read = <N extends AnyNeed>(need: N, host: string) => facts.read(need, host) as Parsed<FactOf<N>>
  const foreign = outOfScope(subject, read)
  const all = foreign
    ? []
    : withdrawUnreached(demoteRedundant(judgeAll(judgeable(experiments), subject, facts), subject))
  const judgements = shifted(all, shifts)
  const conclusion = conclude(judgements)
  const journey = follow({ subject, judgements, read })
  const unread = answers.filter((a) => a.failure && !isOptional(a))
  return {
    verdict: verdictOf(conclusion.causes, journey, experiments),
    experiments,
    subject,
    ...conclusion,
    causes: conclusion.causes.map((s) => withLog(s, facts)),
    warnings: conclusion.warnings.map((s) => withLog(s, facts)),
    journey,
    changes: changesOf(subject, read),
    unread,
    limits: foreign ? [foreign] : [...limitsOf(subject, read), ...proven.unproven],
    toSettle: toSettle(journey, unread, answers),
    asked: answers.length,
    answers,
  }
}

const judgeable = (experiments: readonly Experiment[]) =>
  experiments.length > 0 ? causes : causes.filter((cause) => !cause.byProof)

/** A cloud without Nova is found by Neutron alone: its catalogue has answered. */
const isOptional = (answer: Answer) => answer.ask.host === API && answer.failure?.reason === 'not installed'

/** The log's own words on a cause that was found, as further evidence. */
function withLog(suspect: Suspect, facts: FactBase): Suspect {
  const log = facts.read(agentLog, suspect.host) as Parsed<FactOf<typeof agentLog>>
  const last = log.ok ? log.fact.findLast((line) => line.cause === suspect.cause.id) : undefined
  if (!last) return suspect
  return { ...suspect, verdict: { ...suspect.verdict, because: [...suspect.verdict.because, last.source] } }
}

function toSettle(journey: readonly Leg[], unread: readonly Answer[], answers: readonly Answer[]): readonly Say[] {
  const hosts = [
    ...new Set(
      unread
        .filter((a) => a.failure?.reason === 'unreachable' || a.failure?.reason === 'denied')
        .map((a) => a.ask.host),
    ),
  ]
  const silent = [...new Set(unread.map((a) => a.ask.host))].filter(
    (host) => !hosts.includes(host) && answers.every((a) => a.ask.host !== host || a.failure?.reason === 'timeout'),
  )
  const answering = silent.map((host) =>
    say(
      `${host} does not answer: see why (load, sshd), then diagnose again.`,
      `${host} 没有应答：先查清原因（负载、sshd），再重新诊断。`,
    ),
  )
  const access = hosts.map((host) =>
    host === API
      ? say('Give access to the API.', '恢复 API 访问。')
      : say(
          `Give access to ${host} (see \`oldhand check-access ${host}\`, \`oldhand sudoers\`).`,
          `恢复对 ${host} 的访问（见 \`oldhand check-access ${host}\`、\`oldhand sudoers\`）。`,
        ),
  )
  const dropping = new Set(journey.flatMap((leg) => leg.hops.filter(isDropping).map((hop) => hop.host)))
  const flows = [...dropping].map((host) =>
    say(
      `Flow tables of ${host} drop packets of the VM: see which flows are missing, wrong or foreign (\`oldhand flows\`), and where the packet ends (\`oldhand trace\`).`,
      `${host} 的流表会丢弃该虚拟机的报文：用 \`oldhand flows\` 看缺少、错误或不是 agent 下发的流表，用 \`oldhand trace\` 看报文断在哪里。`,
    ),
  )
  const traffics = new Set<Station>(['guest port', 'switch', 'gateway', 'tunnel bridge', 'dnsmasq'])
  const unseen = journey.some(
    (leg) => isNeeded(leg) && leg.hops.some((hop) => hop.status === 'unknown' && traffics.has(hop.name)),
  )
  if (!unseen) return [...access, ...answering, ...flows]
  const traffic = say(
    'Let the VM speak: ask for its address again and ping its gateway in the guest, then diagnose within five minutes.',
    '让虚拟机产生流量：在虚拟机里重新获取地址并 ping 网关，然后在五分钟内重新诊断。',
  )
  return [...access, ...answering, ...flows, traffic]
}

/** Ping and metadata say nothing of health: a security group may refuse them. */
const isNeeded = ({ conversation }: Leg) => conversation === 'dhcp' || conversation === 'arp'

/** By what its flow tables do, computed, and by no cause that is known. */
const isDropping = (hop: Leg['hops'][number]) => hop.status === 'unknown' && hop.because.length > 0

/** How the lab brings a cause about, computed from the facts of a diagnosis; nothing where it cannot. */
export function causeFault(
  id: string,
  subject: Subject,
  at: { readonly facts: FactBase; readonly host?: string },
): readonly Step[] | undefined {
  const cause = causes.find((c) => c.id === id)
  const places = cause ? placesOf(cause, subject) : []
  const host = at.host ?? places[0]
  if (!cause?.fault || host === undefined || !places.includes(host)) return undefined
  const known = readAll(cause.needs as Needs, (need) => at.facts.read(need, host))
  const steps = known.ok ? cause.fault(known.fact, { subject, host }) : []
  return steps.length > 0 ? steps : undefined
}

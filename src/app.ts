import { API, type Answer } from './core/answer.ts'
import type { Shift } from './core/comparison.ts'
import type { Diagnosis, Suspect } from './core/diagnosis.ts'
import type { Experiment, Plan } from './core/experiment.ts'
import type { Leg, Station } from './core/hop.ts'
import { type Say, say } from './core/lang.ts'
import type { AnyNeed, FactOf, Needs, Parsed } from './core/probe.ts'
import type { Step } from './core/step.ts'
import type { Subject } from './core/subject.ts'
import type { Bench, Transport } from './core/transport.ts'
import { causes } from './causes/index.gen.ts'
import { type Resolution, resolveSubject } from './cloud/resolve.ts'
import type { Looked } from './compare/cell.ts'
import { compare, type CompareWhen, isWanted } from './comparing.ts'
import { collect, collectAll } from './engine/collect.ts'
import { conclude, demoteRedundant, shifted, verdictOf, withdrawUnreached } from './engine/conclude.ts'
import { type FactBase, readAll } from './engine/facts.ts'
import { judgeAll, placesOf } from './engine/judge.ts'
import { remembering } from './engine/remembering.ts'
import { experimentNeeds, prepare, usualWays, type Ways } from './experiments/prepare.ts'
import { follow } from './journey/follow.ts'
import { tableNeeds } from './journey/tables.ts'
import { trafficNeeds } from './journey/traffic.ts'
import { agentLog } from './probes/agents/log.ts'
import { ovsdbAsks, parseOvsdb } from './probes/ovs/ovsdb.ts'
import { subjectFromOvsdb } from './probes/ovsdb-subject.ts'
import { limitsOf, outOfScope, scopeNeeds } from './scope.ts'
import { changeNeeds, changesOf } from './timeline/changes.ts'

/** What the operator names: a VM (by any of its names), or a port and its host where there is no API. */
export type Asked = { readonly vm: string } | { readonly port: string; readonly host: string }

export type Outcome =
  | { readonly kind: 'diagnosis'; readonly diagnosis: Diagnosis; readonly facts: FactBase }
  /** Nothing was sent: this is what would have been. */
  | { readonly kind: 'planned'; readonly plan: Plan }
  | Exclude<Resolution, { kind: 'subject' }>

/** What makes a diagnosis send packets, and not only read. */
export interface Proving {
  readonly bench: Bench
  /** Eight hexadecimal digits. */
  readonly run: string
  readonly ways?: Ways
  /** Shows the plan, and asks whether to carry it out. */
  readonly agree: (plan: Plan) => Promise<'yes' | 'no' | 'only the plan'>
}
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
  const facts = await collect(subject, [...allNeeds, ...(proving ? experimentNeeds : [])], heard)
  const shown = proving ? await prove(subject, facts, proving) : nothingProven
  if ('plan' in shown) return { kind: 'planned', plan: shown.plan }
  const proven = { ...shown, answers: [...heard.answers(), ...shown.answers] }
  const alone = judged(subject, facts, proven)
  const { own, comparison } = isWanted(comparing, alone)
    ? await compare(alone, {
        transport: heard,
        look: (subjects) => lookAt(subjects, heard),
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

/** Other VMs, all in one collection: a host that several are on is asked once. */
async function lookAt(subjects: readonly Subject[], transport: Transport): Promise<readonly Looked[]> {
  const all = await collectAll(subjects, judgeNeeds, transport)
  return all.map(({ subject, facts }) => judged(subject, facts, { ...nothingProven, answers: facts.answers() }))
}

interface Proven {
  readonly experiments: readonly Experiment[]
  readonly answers: readonly Answer[]
  /** What could not be proven, and why. */
  readonly unproven: readonly Say[]
}
const nothingProven: Proven = { experiments: [], answers: [], unproven: [] }

/** What a recording has proven is shown again. */
const provenThen = ({ proof }: Transport): Proving | undefined =>
  proof && { ...proof, ways: usualWays, agree: async () => 'yes' }

/** Makes the experiments that the operator agrees to; what they show becomes a fact like all others. */
async function prove(subject: Subject, facts: FactBase, proving: Proving): Promise<Proven | { readonly plan: Plan }> {
  const read = <N extends AnyNeed>(need: N, host: string) => facts.read(need, host) as Parsed<FactOf<N>>
  const foreign = outOfScope(subject, read)
  if (foreign) return nothingProven
  const proof = prepare(proving.run, { subject, read }, proving.ways)
  const agreed = await proving.agree(proof.plan)
  if (agreed === 'only the plan') return { plan: proof.plan }
  if (agreed === 'no')
    return { ...nothingProven, unproven: [say('nothing was sent: you did not agree', '没有发送报文：你没有同意')] }
  const done = await proof.perform(proving.bench)
  for (const { states, result } of done) facts.give(states, result)
  return {
    experiments: done.map(({ result }) => result),
    answers: done.flatMap((d) => d.answers),
    unproven: proof.plan.cannot,
  }
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

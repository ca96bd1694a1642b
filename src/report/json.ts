import { commandLine } from '../core/answer.ts'
import type { Comparison, ProvenCell } from '../core/comparison.ts'
import type { Diagnosis, Suspect } from '../core/diagnosis.ts'
import { failureLine } from '../core/failure.ts'
import type { Language } from '../core/lang.ts'
import { evidenceJson } from './evidence.ts'
import { experimentsJson, gapJson } from './experiments/json.ts'
import { networkTeamOf } from './network-team.ts'
import { penFor } from './pen.ts'
import { remediesOf, remedyLine } from './remedies.ts'
import { ruledOutEverywhere } from './tally.ts'
import type { DiagnosisJson } from './schema.ts'

export type { DiagnosisJson } from './schema.ts'

/** A diagnosis for programs (schema.ts says what each field means). */
export function toJson(d: Diagnosis, lang: Language): DiagnosisJson {
  return {
    schema: 'oldhand/diagnosis@1',
    verdict: d.verdict,
    subject: subjectJson(d),
    causes: d.causes.map((s) => causeJson(s, d, lang)),
    warnings: d.warnings.map((s) => causeJson(s, d, lang)),
    ruledOut: ruledOutEverywhere(d),
    unknown: d.unknown.map(({ id, host, missing }) => ({ id, host, missing: missing[lang] })),
    journey: d.journey.map(({ conversation, direction, hops }) => ({
      conversation,
      direction,
      hops: hops.map((h) => ({ name: h.name, host: h.host, status: h.status, because: evidenceJson(h.because) })),
    })),
    ...(d.comparison === undefined ? {} : { comparison: comparisonJson(d.comparison, lang) }),
    experiments: [...experimentsJson(d.experiments, lang)],
    ...networkTeamJson(d, lang),
    changes: d.changes.map((c) => ({
      at: new Date(c.at).toISOString(),
      host: c.host,
      what: c.what[lang],
      because: evidenceJson([c.because])[0] ?? { host: c.host, command: '', line: '' },
    })),
    unread: d.unread.map((a) => ({
      host: a.ask.host,
      command: commandLine(a.ask),
      reason: a.failure ? failureLine(a.failure)[lang] : '',
    })),
    limits: d.limits.map((l) => l[lang]),
    toSettle: d.verdict === 'undetermined' ? d.toSettle.map((l) => l[lang]) : [],
    ...(d.recordedAt === undefined ? {} : { recordedAt: d.recordedAt }),
    tookMs: d.tookMs,
  }
}

function subjectJson({ subject: s }: Diagnosis): DiagnosisJson['subject'] {
  return {
    asked: s.asked,
    port: s.port.id,
    name: s.name,
    host: s.compute ?? null,
    mac: s.port.mac,
    ips: s.port.fixedIps.map((f) => f.ip),
    network: s.network.name,
    networkId: s.network.id,
    segmentType: s.network.segment?.type ?? null,
    physicalNetwork: s.network.segment?.physicalNetwork ?? null,
    segmentationId: s.network.segment?.id ?? null,
  }
}

function networkTeamJson(d: Diagnosis, lang: Language): Pick<DiagnosisJson, 'networkTeam'> {
  const team = networkTeamOf(d, penFor({ lang, color: false, width: 80, verbose: false }))
  if (!team) return {}
  const { ports, sent, seen, notSeen } = team
  return {
    networkTeam: {
      vlan: team.vlan ?? null,
      ports: ports.map((port) => ({ ...port, mac: port.mac ?? null, neighbour: port.neighbour ?? null })),
      ...{ sent: [...sent], seen: [...seen], notSeen: [...notSeen] },
    },
  }
}

function causeJson(s: Suspect, d: Diagnosis, lang: Language): DiagnosisJson['causes'][number] {
  const words = s.cause.words[lang]
  return {
    id: s.cause.id,
    sureness: s.verdict.sure,
    host: s.host,
    title: words.title,
    says: words.says(s.verdict.detail),
    because: evidenceJson(s.verdict.because),
    fix: remediesOf(s, d.subject).map((r) => remedyLine(r, lang)),
    explainedBy: s.explainedBy[0] ?? null,
  }
}

function comparisonJson(c: Comparison, lang: Language): NonNullable<DiagnosisJson['comparison']> {
  return {
    question: c.question,
    cells: c.cells.map(({ why, cause, missing, because, proven, ...cell }) => ({
      ...cell,
      why: why[lang],
      cause: cause ?? null,
      missing: missing?.[lang] ?? null,
      because: evidenceJson(because),
      proven: proven ? provenJson(proven) : null,
    })),
    isolates: c.isolates
      ? {
          scope: c.isolates.scope ?? null,
          settledBy: c.isolates.settledBy ?? null,
          scopes: [...c.isolates.scopes],
        }
      : null,
    contradictions: c.contradictions.map((s) => s[lang]),
    shifts: c.shifts.map((s) => ({ ...s })),
    passedOver: c.passedOver.map((p) => ({ ...p, why: p.why[lang] })),
    without: c.without?.[lang] ?? null,
  }
}

const provenJson = ({ is, gap, passively }: ProvenCell) => ({
  is,
  lost: gap ? gapJson(gap) : null,
  passively: passively ?? null,
})

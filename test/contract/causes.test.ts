import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { diagnose } from '../../src/app.ts'
import { causes } from '../../src/causes/index.gen.ts'
import type { Answer } from '../../src/core/answer.ts'
import type { AnyCause } from '../../src/core/cause.ts'
import { verbatim } from '../../src/core/failure.ts'
import { languages } from '../../src/core/lang.ts'
import { type AnyNeed, type Needs, problem } from '../../src/core/probe.ts'
import type { Transport } from '../../src/core/transport.ts'
import { judge, placesOf } from '../../src/engine/judge.ts'
import { type Bundle, readBundle } from '../../src/hosts/bundle.ts'
import { replay } from '../../src/hosts/replay.ts'

/** What every cause owes, old or new. Samples are recordings of the lab: test/bundles/CAUSE.oldhand. */

const here = dirname(fileURLToPath(import.meta.url))
const bundles = join(here, '../bundles')
const sample = (name: string) => join(bundles, `${name}.oldhand`)
const folder = join(here, '../../src/causes')
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((f) => f.includes('/'))

describe.each(causes.map((cause) => [cause.id, cause] as const))('%s', (id, cause) => {
  test('has the name of its file', () => {
    expect(files.map((f) => basename(f, '.ts'))).toContain(id)
  })

  test.each(languages)('speaks %s', (lang) => {
    const { title, why } = cause.words[lang]
    expect(title.trim()).not.toBe('')
    expect(why.trim()).not.toBe('')
    if (lang === 'zh') expect(title + why).toMatch(/\p{Script=Han}/u)
    else expect(title + why).not.toMatch(/\p{Script=Han}/u)
  })

  test('is not explained by itself, however indirectly', () => {
    expect(deeper(cause, new Set())).not.toContain(id)
  })

  test('is found first in its recording, with evidence that stands in the answers, and something to do', async () => {
    const { diagnosis } = await diagnosed(await readBundle(sample(id)))
    const first = diagnosis.causes[0]
    expect(first?.cause.id).toBe(id)
    expect(diagnosis.verdict).toBe('broken')
    expect(first?.verdict.because.length).toBeGreaterThan(0)
    for (const { line } of first?.verdict.because ?? []) expect(standsIn(diagnosis.answers, line), line).toBe(true)
    const detail = first?.verdict.detail
    for (const lang of languages) expect(cause.words[lang].says(detail).trim()).not.toMatch(/undefined|NaN|^$/)
    const fix = cause.fix(detail, { subject: diagnosis.subject, host: first?.host ?? '' })
    expect(fix.length).toBeGreaterThan(0)
    for (const remedy of fix) for (const lang of languages) expect(remedy.say[lang]).not.toMatch(/undefined|NaN|^$/)
  })

  test('is ruled out, with evidence, on a healthy VM', async () => {
    const { diagnosis } = await healthyFor(cause)
    const mine = diagnosis.ruledOut.filter((r) => r.id === id)
    expect(mine.length).toBeGreaterThan(0)
    for (const { because } of mine) expect(because.length).toBeGreaterThan(0)
  })

  test('is unknown, never ruled out, when a fact that it needs is missing', async () => {
    const { facts, diagnosis } = await healthyFor(cause)
    for (const [name, need] of Object.entries(cause.needs as Needs)) {
      if (need.kind === 'maybe' || need.kind === 'every') continue
      for (const host of placesOf(cause, diagnosis.subject)) {
        const blind = {
          ...facts,
          read: (n: AnyNeed, h: string) => (n === need ? problem('taken away') : facts.read(n, h)),
        }
        expect(judge(cause, { subject: diagnosis.subject, host }, blind).is, `${name} on ${host}`).toBe('unknown')
      }
    }
  })
})

/** Verbatim; of a captured frame, both its MACs in the bytes of a capture. */
function standsIn(answers: readonly Answer[], line: string): boolean {
  const macs = /^[\d:.]+Z (\S+) > ([0-9a-f:]+),/.exec(line)?.slice(1) ?? []
  const isFrame = (stdout: string) =>
    macs.length > 0 && macs.every((mac) => stdout.replace(/\s/g, '').includes(mac.replaceAll(':', '')))
  return answers.some((a) => a.stdout.includes(line) || a.stderr.includes(line) || isFrame(a.stdout))
}

test('titles are not mistaken for one another', () => {
  for (const lang of languages) {
    const titles = causes.map((c) => c.words[lang].title)
    expect(new Set(titles).size).toBe(titles.length)
  }
})

test('with nothing answered, nothing is found, nothing is ruled out, and nobody is called healthy', async () => {
  const healthy = await readBundle(sample('healthy'))
  const live = replay(healthy)
  const apiOnly: Transport = {
    ...live,
    ask: async (asks) => {
      const answers = await live.ask(asks)
      return answers.map((a) =>
        a.ask.host === 'api'
          ? a
          : { ...a, stdout: '', stderr: '', exit: null, failure: { reason: 'timeout', detail: verbatim('silence') } },
      )
    },
  }
  const outcome = await diagnose(healthy.asked, apiOnly)
  if (outcome.kind !== 'diagnosis') throw new Error(outcome.kind)
  expect(outcome.diagnosis.verdict).toBe('undetermined')
  expect(outcome.diagnosis.causes).toEqual([])
  expect(outcome.diagnosis.ruledOut.filter((r) => r.host !== 'api')).toEqual([])
  expect(outcome.diagnosis.unread.length).toBeGreaterThan(0)
})

test.each(['healthy', 'healthy-hybrid', 'healthy-proven', 'healthy-vxlan-proven'])(
  '%s: every cause is ruled out, with either firewall',
  async (name) => {
    const { diagnosis } = await diagnosed(await readBundle(sample(name)))
    expect([diagnosis.verdict, diagnosis.causes, diagnosis.warnings, diagnosis.unknown]).toEqual([
      'healthy',
      [],
      [],
      [],
    ])
  },
)

test('every recording belongs to a cause, or is a healthy one', () => {
  const known = new Set<string>([
    'healthy',
    'healthy-hybrid',
    'healthy-vxlan',
    'healthy-proven',
    'healthy-vxlan-proven',
    ...causes.map((c) => c.id),
  ])
  const names = existsSync(bundles) ? readdirSync(bundles).map((f) => basename(f, '.oldhand')) : []
  expect(names.filter((name) => !known.has(name))).toEqual([])
})

/** A healthy VM that the cause can be about: one that packets were sent as, behind the hybrid firewall, on the VLAN network, else on the tunnelled one. */
async function healthyFor(cause: AnyCause) {
  if (cause.byProof) {
    const onVlan = await diagnosed(await readBundle(sample('healthy-proven')))
    return placesOf(cause, onVlan.diagnosis.subject).length > 0
      ? onVlan
      : diagnosed(await readBundle(sample('healthy-vxlan-proven')))
  }
  if (cause.id.startsWith('hybrid-')) return diagnosed(await readBundle(sample('healthy-hybrid')))
  const onVlan = await diagnosed(await readBundle(sample('healthy')))
  const applies = placesOf(cause, onVlan.diagnosis.subject).length > 0
  return applies ? onVlan : diagnosed(await readBundle(sample('healthy-vxlan')))
}

async function diagnosed(bundle: Bundle) {
  const outcome = await diagnose(bundle.asked, replay(bundle))
  if (outcome.kind !== 'diagnosis') throw new Error(`no diagnosis: ${outcome.kind}`)
  return outcome
}

function deeper(cause: AnyCause, seen: Set<string>): readonly string[] {
  return cause.explainedBy.flatMap((id) => {
    if (seen.has(id)) return [id]
    const next = causes.find((c) => c.id === id)
    return next ? [id, ...deeper(next, new Set([...seen, id]))] : []
  })
}

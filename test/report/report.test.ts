import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import stringWidth from 'string-width'
import { beforeAll, describe, expect, test } from 'vitest'
import { diagnose } from '../../src/app.ts'
import type { Diagnosis } from '../../src/core/diagnosis.ts'
import { languages } from '../../src/core/lang.ts'
import { readBundle } from '../../src/hosts/bundle.ts'
import { replay } from '../../src/hosts/replay.ts'
import { renderCandidates } from '../../src/report/candidates.ts'
import { toJson } from '../../src/report/json.ts'
import { commandOf, remediesOf } from '../../src/report/remedies.ts'
import { diagnosisSchema } from '../../src/report/schema.ts'
import { renderTerminal } from '../../src/report/terminal.ts'

/** What an operator reads, of every recorded diagnosis. */

const folder = new URL('../bundles/', import.meta.url)
const names = readdirSync(folder).map((file) => basename(file, '.oldhand'))

async function recorded(name: string): Promise<Diagnosis> {
  const bundle = await readBundle(new URL(`${name}.oldhand`, folder).pathname)
  const outcome = await diagnose(bundle.asked, replay(bundle))
  if (outcome.kind !== 'diagnosis') throw new Error(outcome.kind)
  return outcome.diagnosis
}
/** Without the blanks and line breaks that wrapping moves. */
const squeezed = (text: string) => text.replace(/\s+/g, '')
const render = (d: Diagnosis, lang: 'en' | 'zh', more: { width?: number; verbose?: boolean; color?: boolean } = {}) =>
  renderTerminal(d, { lang, width: 80, verbose: false, color: false, ...more })

describe.each(names)('%s', (name) => {
  let d: Diagnosis
  beforeAll(async () => {
    d = await recorded(name)
  })

  test.each(languages)('fits 80 columns in %s; only commands to copy may be longer', (lang) => {
    const commands = [...d.causes, ...d.warnings]
      .flatMap((s) => remediesOf(s, d.subject))
      .map((r) => commandOf(r) ?? '')
    for (const line of render(d, lang).split('\n')) {
      if (!commands.includes(line.trim())) expect(stringWidth(line), line).toBeLessThanOrEqual(80)
      expect(line).toBe(line.trimEnd())
    }
  })

  test.each(languages)('says in %s what is wrong, on what evidence, and what to do', (lang) => {
    const text = squeezed(render(d, lang))
    for (const s of d.causes.filter((c) => c.explainedBy.length === 0)) {
      expect(text).toContain(squeezed(s.cause.words[lang].title))
      expect(text).toContain(s.cause.id)
      for (const r of remediesOf(s, d.subject)) expect(text).toContain(squeezed(commandOf(r) ?? ''))
    }
    expect(text).not.toMatch(/undefined|\[object|NaN/)
  })

  test.each(languages)('is one JSON document of the published schema in %s', (lang) => {
    expect(diagnosisSchema.safeParse(JSON.parse(JSON.stringify(toJson(d, lang)))).error).toBeUndefined()
  })

  test('-v shows every command', () => {
    const text = render(d, 'en', { verbose: true, width: 100_000 })
    for (const { ask } of d.answers) expect(text).toContain(ask.argv[0])
    expect(text.length).toBeGreaterThan(render(d, 'en').length)
  })
})

test('a healthy VM is a few lines', async () => {
  expect(render(await recorded('healthy'), 'en').split('\n').length).toBeLessThanOrEqual(6)
})

test('no colour unless asked for', async () => {
  const d = await recorded('dead-vlan-4095')
  expect(render(d, 'en')).not.toContain('\u001b')
  expect(render(d, 'en', { color: true })).toContain('\u001b')
})

test('a name from the cloud cannot steer the terminal', async () => {
  const d = await recorded('dead-vlan-4095')
  const evil = {
    ...d,
    subject: {
      ...d.subject,
      name: 'vm\u001b[2J\u0007\u009b31m\r',
      network: { ...d.subject.network, name: 'n\u001b]0;x\u0007' },
    },
  }
  for (const verbose of [false, true]) {
    expect(render(evil, 'en', { verbose })).not.toMatch(/(?![\n\t])\p{Cc}/u)
  }
})

test('candidates are listed with what tells them apart', () => {
  const rows = [
    { portId: 'aaaa', portName: '', network: 'net1', ips: ['10.0.0.1'], host: 'comp1' },
    { portId: 'bbbb', portName: '网卡', network: 'net2', ips: [] },
  ]
  for (const lang of languages)
    for (const word of ['aaaa', 'bbbb', '网卡', '10.0.0.1', 'comp1'])
      expect(renderCandidates(rows, lang)).toContain(word)
})

import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { diagnose } from '../../src/app.ts'
import { type Bundle, readBundle } from '../../src/hosts/bundle.ts'
import { replay } from '../../src/hosts/replay.ts'

/** Nothing may be known of the lab but through the probes: the same cloud under other names has the same diagnosis. */

const folder = new URL('../bundles/', import.meta.url).pathname
const names = readdirSync(folder).map((file) => basename(file, '.oldhand'))

const renamed: readonly (readonly [RegExp, string])[] = [
  [/\bcomp1\b/g, 'cn-0417.dc2'],
  [/\bcomp2\b/g, 'cn-0418.dc2'],
  [/\bcomp3\b/g, 'cn-0419.dc2'],
  [/\bnet1\b/g, 'gw-b.dc2'],
  [/\bctl\b/g, 'api-a.dc2'],
  [/\bphysnet1\b/g, 'datacentre'],
  [/\bbr0\b/g, 'br-ex'],
  [/\bbr-int\b/g, 'br-core'],
  [/\bbr-tun\b/g, 'br-vx'],
  [/\beth1\b/g, 'ens2f0'],
  [/\beth2\b/g, 'ens2f1'],
  [/\beth3\b/g, 'bond7'],
  [/3933/g, '1207'],
  [/3934/g, '1208'],
  [/10\.19\.43\./g, '172.30.7.'],
  [/\bfa:16:3e:/g, '02:c4:10:'],
  // In the filters and frames of a proof, and in the bytes of its captures.
  [/fa163e/g, '02c410'],
  [/\bfa(\s+)16(\s+)3e\b/g, '02$1c4$210'],
  [/\bvm1\b/g, 'db-7'],
  [/\bvm7\b/g, 'db-8'],
]
const rename = (text: string) => renamed.reduce((out, [from, to]) => out.replace(from, to), text)
const renameIn = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value), (_, inner: unknown) => (typeof inner === 'string' ? rename(inner) : inner)) as T

/** What was concluded, with each host's name as `at` gives it. */
async function summary(bundle: Bundle, at: (host: string) => string = (host) => host): Promise<unknown> {
  const outcome = await diagnose(bundle.asked, replay(bundle))
  if (outcome.kind !== 'diagnosis') throw new Error(outcome.kind)
  const d = outcome.diagnosis
  return {
    verdict: d.verdict,
    causes: d.causes.map((c) => [c.cause.id, at(c.host), c.verdict.sure, c.explainedBy]),
    warnings: d.warnings.map((c) => [c.cause.id, at(c.host)]),
    ruledOut: d.ruledOut.map((r) => [r.id, at(r.host)]),
    unknown: d.unknown.map((u) => [u.id, at(u.host)]),
    journey: d.journey.map((leg) => leg.hops.map((h) => [h.name, at(h.host), h.status])),
  }
}

test.each(names)('%s', async (name) => {
  // Captured frames hold addresses in their bytes, which no renaming of text finds: what was sent stays aside.
  const { run: _, ...bundle } = await readBundle(join(folder, `${name}.oldhand`))
  expect(await summary(renameIn(bundle))).toEqual(await summary(bundle, rename))
})

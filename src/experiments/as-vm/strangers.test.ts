import { expect, test } from 'vitest'
import { diagnose } from '../../app.ts'
import { capturedIn } from '../captured.ts'
import { readBundle } from '../../hosts/bundle.ts'
import { replay } from '../../hosts/replay.ts'

/** Who is called a stranger, by recordings of proofs with strangers on the VM's VLAN (3933). */

const recorded = (name: string) =>
  readBundle(new URL(`../../../test/bundles/${name}.oldhand`, import.meta.url).pathname)

/** The same recording with the captured bytes changed. */
async function found(name: string, change: (hex: string) => string) {
  const bundle = await recorded(name)
  const answers = bundle.answers.map((a) =>
    a.ask.argv.includes('tcpdump') ? { ...a, stdout: change(a.stdout.replace(/\s/g, '')) } : a,
  )
  const outcome = await diagnose(bundle.asked, replay({ ...bundle, answers }))
  if (outcome.kind !== 'diagnosis') throw new Error(outcome.kind)
  return outcome.diagnosis.causes.map((c) => [c.cause.id, c.verdict.sure])
}

const foreign = ['rogue-dhcp-server', 'duplicate-dhcp-server-ip', 'dhcp-decline-ip-conflict'] as const

test.each(foreign)('%s: the same on another VLAN is no business of this network', async (name) => {
  const bundle = await recorded(name)
  const outcome = await diagnose(bundle.asked, replay(bundle))
  if (outcome.kind !== 'diagnosis') throw new Error(outcome.kind)
  const mac = /^[\d:.]+Z (\S+) >/.exec(outcome.diagnosis.causes[0]?.verdict.because[0]?.line ?? '')?.[1] ?? '-'
  const tagged = (vlan: string) => `${mac.replaceAll(':', '')}8100${vlan}`
  expect(await found(name, (hex) => hex)).toEqual([[name, 'certain']])
  expect(await found(name, (hex) => hex.replaceAll(tagged('0f5d'), tagged('0f5e')))).toEqual([])
})

test('a capture that was lost makes nobody a stranger, and rules nobody out', async () => {
  const bundle = await recorded('rogue-dhcp-server')
  const isNic = (argv: readonly string[]) => argv.at(-2) === 'eth1'
  const answers = bundle.answers.filter((a) => !isNic(a.ask.argv))
  const outcome = await diagnose(bundle.asked, replay({ ...bundle, answers }))
  if (outcome.kind !== 'diagnosis') throw new Error(outcome.kind)
  expect(outcome.diagnosis.causes).toEqual([])
  expect(outcome.diagnosis.unknown.map((u) => u.id)).toContain('rogue-dhcp-server')
})

test('the captures of a recorded proof are read one place after another', async () => {
  const { frames, interfaces } = capturedIn((await recorded('healthy-proven')).answers)
  expect(interfaces).toEqual(expect.arrayContaining(['comp1/eth1', 'net1/eth1']))
  expect(new Set(frames.map((f) => f.interface))).toEqual(new Set(interfaces))
})

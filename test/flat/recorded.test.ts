import { expect, test } from 'vitest'
import { diagnose } from '../../src/app.ts'
import { readBundle } from '../../src/hosts/bundle.ts'
import { replay } from '../../src/hosts/replay.ts'
import { renderTerminal } from '../../src/report/terminal.ts'

/**
 * A flat network, recorded in the lab: made beside its own networks (`--provider-network-type flat`, physnet1), with one VM
 * on comp1; on the switch it is the native VLAN 10 of the hosts' ports.
 */

async function diagnosed(name: string, what: 'proven' | 'only read') {
  const bundle = await readBundle(new URL(`../recorded/flat/${name}.oldhand`, import.meta.url).pathname)
  const { run: _, ...read } = bundle
  const outcome = await diagnose(bundle.asked, replay(what === 'proven' ? bundle : read))
  if (outcome.kind !== 'diagnosis') throw new Error(outcome.kind)
  return outcome.diagnosis
}
type Diagnosed = Awaited<ReturnType<typeof diagnosed>>
const causesOf = ({ causes }: Diagnosed) => causes.map((c) => [c.cause.id, c.verdict.sure])
const textOf = (d: Diagnosed, lang: 'en' | 'zh') =>
  renderTerminal(d, { lang, color: false, width: 300, verbose: false }).replace(/\s+/g, ' ')

test('a VM that is served is healthy, by packets and by what was read', async () => {
  const d = await diagnosed('healthy', 'proven')
  expect([d.verdict, causesOf(d)]).toEqual(['healthy', []])
  const passages = d.experiments.flatMap((e) => (e.id === 'as-the-vm' ? e.trips.flatMap((t) => t.passages) : []))
  expect(new Set(passages.map((p) => [p.state, p.first?.vlan].join()))).toEqual(new Set(['seen,']))
  expect(causesOf(await diagnosed('healthy', 'only read'))).toEqual([])
})

test('untagged frames that the switch loses, while a VLAN passes, are its fault for certain', async () => {
  const d = await diagnosed('untagged-lost', 'proven')
  expect(causesOf(d)).toEqual([['switch-trunk-missing-vlan', 'certain']])
  expect(textOf(d, 'en')).toMatch(
    /frames left without a tag by eth1, and none came in on the NIC of net1.*VLAN 393\d, tried in the same way, passes; the gateway answers net1 and not comp1.*native \(untagged\) VLAN of the switch port of comp1 eth1/,
  )
  expect(textOf(d, 'zh')).toMatch(/不带 tag 从 eth1 发出.*native VLAN/)
  expect(causesOf(await diagnosed('untagged-lost', 'only read')).filter(([, sure]) => sure === 'certain')).toEqual([])
})

test('frames that left without a tag and arrive with one are named so', async () => {
  const d = await diagnosed('tagged', 'proven')
  expect(causesOf(d)).toEqual([['switch-native-vlan-mismatch', 'certain']])
  expect(textOf(d, 'en')).toContain('What comp1 sends untagged comes in on net1 on VLAN 10.')
})

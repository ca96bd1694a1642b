import { describe, expect, test } from 'vitest'
import { diagnose } from '../../src/app.ts'
import type { Answer, Ask } from '../../src/core/answer.ts'
import type { Scope } from '../../src/core/cause.ts'
import { verbatim } from '../../src/core/failure.ts'
import { languages } from '../../src/core/lang.ts'
import { askKey, type Transport } from '../../src/core/transport.ts'
import { readBundle } from '../../src/hosts/bundle.ts'
import { replay } from '../../src/hosts/replay.ts'
import { toJson } from '../../src/report/json.ts'
import { diagnosisSchema } from '../../src/report/schema.ts'
import { renderTerminal } from '../../src/report/terminal.ts'

/** Comparisons recorded in the lab (test/lab/compare.test.ts), of vm1: net3933 on comp1. */

type Statuses = Readonly<Record<string, 'works' | 'broken' | 'unknown'>>
const all = (status: 'works' | 'broken'): Statuses =>
  Object.fromEntries(['vm1', 'vm2', 'vm3', 'vm4', 'vm7'].map((vm) => [vm, status]))

const cases: readonly (readonly [name: string, scope: Scope | undefined, statuses: Statuses])[] = [
  // Nobody has asked net3933's gateway lately: what is not seen is not known to work, and blames no one.
  ['gateway-unseen', undefined, { ...all('works'), vm1: 'unknown', vm2: 'unknown', vm7: 'unknown' }],
  ['tap-admin-down', 'port', { ...all('works'), vm1: 'broken' }],
  ['switch-trunk-missing-vlan', 'network on host', { ...all('works'), vm1: 'broken' }],
  ['nic-link-down', 'host', { ...all('works'), vm1: 'broken', vm3: 'broken' }],
  // Behind the hybrid firewall nobody counts what vm7 asks for.
  ['subnet-dhcp-disabled', 'network', { ...all('works'), vm1: 'broken', vm2: 'broken', vm7: 'unknown' }],
]

/** The demo's recording has the other VMs with it. */
const folderOf = (name: string) => (name === 'switch-trunk-missing-vlan' ? 'bundles' : 'recorded/compare')
const bundleOf = (name: string) => readBundle(new URL(`../${folderOf(name)}/${name}.oldhand`, import.meta.url).pathname)

async function compared(
  name: string,
  edit: (answer: Answer) => Answer = (answer) => answer,
  around: (transport: Transport) => Transport = (transport) => transport,
) {
  const bundle = await bundleOf(name)
  const transport = replay({ ...bundle, answers: bundle.answers.map(edit) })
  const outcome = await diagnose(bundle.asked, around(transport), { comparing: 'always' })
  if (outcome.kind !== 'diagnosis') throw new Error(outcome.kind)
  return outcome.diagnosis
}
type Compared = Awaited<ReturnType<typeof compared>>
const statuses = ({ comparison }: Compared) =>
  Object.fromEntries((comparison?.cells ?? []).map(({ vm, status }) => [vm, status]))
const isSiblingList = ({ argv }: Ask) => argv.some((word) => word.includes('&fields=port_security_enabled'))

describe.each(cases)('%s', (name, scope, expected) => {
  test(`who works is as it was, and that isolates: ${scope ?? 'nothing'}`, async () => {
    const d = await compared(name)
    expect(statuses(d)).toEqual(expected)
    expect(d.comparison?.isolates?.scope).toBe(scope)
    expect(d.comparison?.contradictions).toEqual([])
    for (const { status, because, vm } of d.comparison?.cells ?? [])
      expect(because.length > 0, vm).toBe(status !== 'unknown')
  })

  test.each(languages)('the report has the matrix, in %s', async (lang) => {
    const text = renderTerminal(await compared(name), { lang, color: false, width: 80, verbose: true })
    const row = text.split('\n').find((line) => line.includes('vm1') && line.includes('vm3'))
    expect(row).toMatch(/^ +comp1 /)
    expect(text).not.toMatch(/undefined|\[object/)
    expect(text).toMatch(lang === 'zh' ? /^对比/m : /^Comparison/m)
    for (const line of text.split('\n')) if (line.includes('vm3')) expect(line.length).toBeLessThanOrEqual(80)
  })

  test('the JSON is as its schema says', async () => {
    expect(diagnosisSchema.safeParse(toJson(await compared(name), 'en')).error).toBeUndefined()
  })

  test('a recording without other VMs says so, and has the same diagnosis', async () => {
    const bundle = await bundleOf(name)
    const answers = bundle.answers.filter(({ ask }) => !isSiblingList(ask))
    const [alone, asked] = await Promise.all(
      (['never', 'always'] as const).map((when) =>
        diagnose(bundle.asked, replay({ ...bundle, answers }), { comparing: when }),
      ),
    )
    if (alone?.kind !== 'diagnosis' || asked?.kind !== 'diagnosis') throw new Error('no diagnosis')
    expect(asked.diagnosis.comparison?.without?.en).toContain('the recording has no other VMs')
    expect(asked.diagnosis.causes.map((c) => [c.cause.id, c.verdict.sure])).toEqual(
      alone.diagnosis.causes.map((c) => [c.cause.id, c.verdict.sure]),
    )
    expect(asked.diagnosis.unread).toEqual(alone.diagnosis.unread)
  })
})

test('no question is asked twice, and the other VMs take no more rounds than one collection', async () => {
  const rounds: (readonly Ask[])[] = []
  const counting = (transport: Transport): Transport => ({
    ...transport,
    ask: (asks) => {
      rounds.push(asks)
      return transport.ask(asks)
    },
  })
  await compared('gateway-unseen', undefined, counting)
  const keys = rounds.flat().map(askKey)
  expect(keys.length).toBe(new Set(keys).size)
  const list = rounds.findIndex((asks) => asks.some(isSiblingList))
  const ofHosts = rounds.map((asks) => asks.some((ask) => ask.host !== 'api'))
  const [own, others] = [ofHosts.slice(0, list), ofHosts.slice(list)].map((part) => part.filter(Boolean).length)
  expect(list).toBeGreaterThan(0)
  expect(others).toBeLessThanOrEqual(own ?? 0)
})

test('where nobody could look, a VM neither works nor fails', async () => {
  const silent = (answer: Answer): Answer =>
    ['comp2', 'net1'].includes(answer.ask.host)
      ? { ...answer, stdout: '', exit: null, failure: { reason: 'timeout', detail: verbatim('silence') } }
      : answer
  const d = await compared('nic-link-down', silent)
  expect(statuses(d)).toEqual({ vm1: 'broken', vm2: 'unknown', vm3: 'broken', vm4: 'unknown', vm7: 'unknown' })
  expect(d.comparison?.isolates).toMatchObject({ scope: 'host', settledBy: 'cause' })
  // What was not read of others says nothing of what was read of the VM itself.
  expect(d.unread.map((a) => a.ask.host)).not.toContain('comp2')
})

test('VMs that differ in more than one thing are passed over, each with its reason', async () => {
  const reasons = (await compared('gateway-unseen')).comparison?.passedOver.map((p) => [p.why.en, p.count])
  // vm5 and vm8 are on the tunnelled network.
  expect(reasons).toEqual([[expect.stringContaining('another way'), expect.any(Number)]])
})

test('is made on its own only where no cause is certain', async () => {
  const made = async (name: string) => {
    const bundle = await bundleOf(name)
    const outcome = await diagnose(bundle.asked, replay(bundle), { comparing: 'when unsure' })
    return outcome.kind === 'diagnosis' && outcome.diagnosis.comparison !== undefined
  }
  expect([await made('gateway-unseen'), await made('nic-link-down'), await made('switch-trunk-missing-vlan')]).toEqual([
    ...[true, false, true],
  ])
})

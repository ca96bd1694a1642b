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

const cases: readonly (readonly [name: string, scope: Scope | undefined, broken: readonly string[]])[] = [
  ['healthy', undefined, []],
  ['tap-admin-down', 'port', ['vm1']],
  ['switch-trunk-missing-vlan', 'network on host', ['vm1']],
  ['nic-link-down', 'host', ['vm1', 'vm3']],
  ['subnet-dhcp-disabled', 'network', ['vm1', 'vm2', 'vm7']],
  ['dhcp-network-unscheduled', 'network', ['vm1', 'vm2', 'vm7']],
  ['vswitchd-down', 'everything', ['vm1', 'vm2', 'vm3', 'vm4', 'vm7']],
]
const all = ['vm1', 'vm2', 'vm3', 'vm4', 'vm7']

const bundleOf = (name: string) => readBundle(new URL(`../recorded/compare/${name}.oldhand`, import.meta.url).pathname)

async function compared(
  name: string,
  edit: (answer: Answer) => Answer = (answer) => answer,
  around: (transport: Transport) => Transport = (transport) => transport,
) {
  const bundle = await bundleOf(name)
  const transport = replay({ ...bundle, answers: bundle.answers.map(edit) })
  const outcome = await diagnose(bundle.asked, around(transport), 'always')
  if (outcome.kind !== 'diagnosis') throw new Error(outcome.kind)
  return outcome.diagnosis
}
type Compared = Awaited<ReturnType<typeof compared>>
const statuses = ({ comparison }: Compared) =>
  Object.fromEntries((comparison?.cells ?? []).map(({ vm, status }) => [vm, status]))
const isSiblingList = ({ argv }: Ask) => argv.some((word) => word.includes('&fields=port_security_enabled'))

describe.each(cases)('%s', (name, scope, broken) => {
  test(`who works is as it was, and that isolates: ${scope ?? 'nothing'}`, async () => {
    const d = await compared(name)
    const status = (vm: string) => (broken.includes(vm) ? 'broken' : 'works')
    expect(statuses(d)).toEqual(Object.fromEntries(all.map((vm) => [vm, status(vm)])))
    expect(d.comparison?.isolates?.scope).toBe(scope)
    expect(d.comparison?.contradictions).toEqual([])
    for (const cell of d.comparison?.cells ?? []) expect(cell.because.length, cell.vm).toBeGreaterThan(0)
  })

  test.each(languages)('the report has the matrix, in %s', async (lang) => {
    const text = renderTerminal(await compared(name), { lang, color: false, width: 80, verbose: true })
    const row = text.split('\n').find((line) => line.includes('vm1') && line.includes('vm3'))
    expect(row).toMatch(/^ +comp1 /)
    expect(text).not.toMatch(/undefined|\[object/)
    expect(text).toMatch(lang === 'zh' ? /^对比 {2}/m : /^Comparison {2}/m)
    for (const line of text.split('\n')) if (line.includes('vm3')) expect(line.length).toBeLessThanOrEqual(80)
  })

  test('the JSON is as its schema says', async () => {
    expect(diagnosisSchema.safeParse(toJson(await compared(name), 'en')).error).toBeUndefined()
  })

  test('a recording without other VMs says so, and has the same diagnosis', async () => {
    const bundle = await bundleOf(name)
    const answers = bundle.answers.filter(({ ask }) => !isSiblingList(ask))
    const [alone, asked] = await Promise.all(
      (['never', 'always'] as const).map((when) => diagnose(bundle.asked, replay({ ...bundle, answers }), when)),
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
  await compared('healthy', undefined, counting)
  const keys = rounds.flat().map(askKey)
  expect(keys.length).toBe(new Set(keys).size)
  const list = rounds.findIndex((asks) => asks.some(isSiblingList))
  const ofHosts = rounds.map((asks) => asks.some((ask) => ask.host !== 'api'))
  const [own, others] = [ofHosts.slice(0, list), ofHosts.slice(list)].map((part) => part.filter(Boolean).length)
  expect(list).toBeGreaterThan(0)
  expect(others).toBeLessThanOrEqual(own ?? 0)
})

test('a host that does not answer makes its VMs unknown: they neither work nor fail', async () => {
  const silent = (answer: Answer): Answer =>
    answer.ask.host === 'comp2'
      ? { ...answer, stdout: '', exit: null, failure: { reason: 'timeout', detail: verbatim('silence') } }
      : answer
  const d = await compared('nic-link-down', silent)
  expect(statuses(d)).toEqual({ vm1: 'broken', vm2: 'unknown', vm3: 'broken', vm4: 'unknown', vm7: 'works' })
  expect(d.comparison?.isolates?.scope).toBe('host')
  // What was not read of others says nothing of what was read of the VM itself.
  expect(d.unread.map((a) => a.ask.host)).not.toContain('comp2')
})

test('VMs that differ in more than one thing are passed over, each with its reason', async () => {
  const odd = (answer: Answer): Answer =>
    isSiblingList(answer.ask)
      ? {
          ...answer,
          stdout: answer.stdout.replaceAll('"port_security_enabled": true', '"port_security_enabled": false'),
        }
      : answer
  expect((await compared('healthy', odd)).comparison?.passedOver.map((p) => p.why.en)).not.toContain(
    'it has port security off',
  )
  const reasons = (await compared('healthy')).comparison?.passedOver.map((p) => [p.why.en, p.count])
  // vm5 and vm8 are on the tunnelled network.
  expect(reasons).toEqual([[expect.stringContaining('another way'), expect.any(Number)]])
})

test('is made on its own only where no cause is certain', async () => {
  const made = async (name: string) => {
    const bundle = await bundleOf(name)
    const outcome = await diagnose(bundle.asked, replay(bundle), 'when unsure')
    return outcome.kind === 'diagnosis' && outcome.diagnosis.comparison !== undefined
  }
  expect([await made('healthy'), await made('nic-link-down'), await made('switch-trunk-missing-vlan')]).toEqual([
    ...[false, false, true],
  ])
})

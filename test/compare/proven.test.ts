import { expect, test } from 'vitest'
import { diagnose, type Further, type Outcome } from '../../src/app.ts'
import { cellOf } from '../../src/compare/cell.ts'
import { disproven } from '../../src/compare/weigh.ts'
import type { Answer } from '../../src/core/answer.ts'
import type { Scope } from '../../src/core/cause.ts'
import type { Plan } from '../../src/core/experiment.ts'
import type { Suspect } from '../../src/core/diagnosis.ts'
import { say } from '../../src/core/lang.ts'
import { readBundle } from '../../src/hosts/bundle.ts'
import { replay } from '../../src/hosts/replay.ts'
import { toJson } from '../../src/report/json.ts'
import { diagnosisSchema } from '../../src/report/schema.ts'
import { renderTerminal } from '../../src/report/terminal.ts'

/** Comparisons by packets, recorded in the lab (test/lab/compare.test.ts), of vm1: net3933 on comp1; through tunnels of vm5. */

const cases: readonly (readonly [name: string, scope: Scope, lost: readonly string[]])[] = [
  ['dnsmasq-not-running', 'network', ['vm2', 'vm7']],
]
const others = ['vm2', 'vm3', 'vm4', 'vm7']

async function compared(name: string, edit: (answers: readonly Answer[]) => readonly Answer[] = (all) => all) {
  const outcome = await outcomeOf(name, { comparing: 'always' }, edit)
  if (outcome.kind !== 'diagnosis') throw new Error(outcome.kind)
  return outcome.diagnosis
}

async function outcomeOf(
  name: string,
  further: Further,
  edit: (answers: readonly Answer[]) => readonly Answer[] = (all) => all,
): Promise<Outcome> {
  const bundle = await readBundle(new URL(`../recorded/compare/proven-${name}.oldhand`, import.meta.url).pathname)
  return diagnose(bundle.asked, replay({ ...bundle, answers: edit(bundle.answers) }), further)
}
type Compared = Awaited<ReturnType<typeof compared>>
const cellsOf = ({ comparison }: Compared) => comparison?.cells.slice(1) ?? []

/** A capture that all the VMs of the comparison share. */
const isShared = ({ ask }: Answer) => ask.argv.at(-1)?.includes('0xfffffff8') === true
/** The header of the file alone: 24 bytes. */
const emptied = (answer: Answer): Answer => ({
  ...answer,
  stdout: answer.stdout.trim().split(/\s+/).slice(0, 24).join(' '),
})

test.each(cases)('%s: packets sent as all of them isolate: %s', async (name, scope, lost) => {
  const d = await compared(name)
  expect(cellsOf(d).map((c) => [c.vm, c.proven?.is])).toEqual(
    others.map((vm) => [vm, lost.includes(vm) ? 'lost' : 'works']),
  )
  expect([d.comparison?.isolates?.scope, d.comparison?.contradictions]).toEqual([scope, []])
  for (const { proven, because } of cellsOf(d)) {
    expect(because.length).toBeGreaterThan(0)
    expect(proven?.gap !== undefined).toBe(proven?.is === 'lost')
  }
})

test('through tunnels: those of the VM alone are lost where they leave, and what no other VM can tell apart stays open', async () => {
  const d = await compared('tunnel-port-missing')
  expect(cellsOf(d).map((c) => [c.vm, c.host, c.proven?.is])).toEqual([
    ['vm6', 'comp2', 'works'],
    ['vm8', 'comp3', 'works'],
  ])
  expect(d.comparison?.cells[0]?.proven?.gap?.before).toMatchObject({ station: 'NIC', host: 'comp1' })
  expect(d.comparison?.isolates).toEqual({ scopes: ['port', 'network on host', 'host'] })
  expect([d.causes[0]?.cause.id, d.comparison?.contradictions]).toEqual(['tunnel-port-missing', []])
})

test('the report marks what is proven, says where packets vanish, and fits its schema', async () => {
  const d = await compared('dnsmasq-not-running')
  const text = (lang: 'en' | 'zh') => renderTerminal(d, { lang, color: false, width: 80, verbose: false })
  expect(text('en')).toMatch(/comp1 +✖✖ vm1 +✔✔ vm3/)
  expect(text('en').replace(/\s+/g, ' ')).toMatch(
    /vm2 is proven broken: dnsmasq-not-running on net1\. Its DHCP request reaches net1/,
  )
  expect(text('zh')).toContain('vm2 已用报文验证不通')
  expect(diagnosisSchema.safeParse(toJson(d, 'en')).error).toBeUndefined()
})

test('packets that are lost outweigh what was seen before, and the contradiction is told', async () => {
  const d = await compared('dnsmasq-not-running', (all) => all.map((a) => (isShared(a) ? emptied(a) : a)))
  expect(cellsOf(d).map((c) => [c.vm, c.status, c.proven?.is, c.proven?.passively])).toEqual(
    others.map((vm) => [vm, 'broken', 'lost', ['vm2', 'vm7'].includes(vm) ? 'broken' : 'works']),
  )
  expect(d.comparison?.contradictions.filter((s) => s.en.includes('packets sent as it are lost')).length).toBe(2)
})

test('a cause that would stop packets which are answered makes nobody broken; one in the guest port may', async () => {
  const d = await compared('dnsmasq-not-running')
  const siblings = d.experiments.flatMap((e) => (e.id === 'as-siblings' ? e.vms : []))
  const shown = siblings.find((s) => s.vm === 'vm4')?.shown
  if (!shown) throw new Error('vm4 was not asked')
  const about = { kind: 'same network', why: say('', ''), sameGroups: true, passively: d } as const
  const atGuest = d.causes.map((s) => ({ ...s, cause: { ...s.cause, stops: { station: 'guest port' } } }) as Suspect)
  const answered = { ...d, experiments: [shown] }
  const [far, near] = [answered, { ...answered, causes: atGuest }].map((looked) => cellOf(looked, d, about))
  expect([far?.status, far?.proven]).toMatchObject(['unknown', { is: 'works', passively: 'broken' }])
  expect(disproven(far ? [far] : []).map((s) => s.en)).toEqual([
    expect.stringContaining('packets sent as it are answered'),
  ])
  expect([near?.status, disproven(near ? [near] : [])]).toEqual(['broken', []])
})

test('where the captures were lost, what was read counts', async () => {
  const d = await compared('dnsmasq-not-running', (all) => all.filter((a) => !isShared(a)))
  expect(cellsOf(d).map((c) => [c.vm, c.proven?.is, c.status === c.proven?.passively])).toEqual(
    others.map((vm) => [vm, 'unknown', true]),
  )
  expect(d.comparison?.contradictions).toEqual([])
})

test('each VM, its host and its port stand in the plan, and only by the wish to compare', async () => {
  const planOf = async (comparing: 'always' | 'when unsure'): Promise<Plan> => {
    const bundle = await readBundle(
      new URL('../recorded/compare/proven-dnsmasq-not-running.oldhand', import.meta.url).pathname,
    )
    const { proof } = replay(bundle)
    if (!proof) throw new Error('no proof')
    const outcome = await outcomeOf('dnsmasq-not-running', {
      comparing,
      proving: { ...proof, agree: async () => 'only the plan' },
    })
    if (outcome.kind !== 'planned') throw new Error(outcome.kind)
    return outcome.plan
  }
  const [asked, unasked] = await Promise.all([planOf('always'), planOf('when unsure')])
  const sends = asked.experiments.find((e) => e.id === 'as-siblings')?.sends.map((s) => s.en) ?? []
  expect(sends.map((line) => /^as (\w+) .*port \d+ of br-int on (comp\d)$/.exec(line)?.slice(1))).toEqual([
    ['vm2', 'comp2'],
    ['vm3', 'comp1'],
    ['vm4', 'comp2'],
    ['vm7', 'comp3'],
  ])
  expect(unasked.experiments.map((e) => e.id)).not.toContain('as-siblings')
})

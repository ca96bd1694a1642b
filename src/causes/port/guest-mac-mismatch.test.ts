import { expect, test } from 'vitest'
import { diagnose } from '../../app.ts'
import { readAll } from '../../engine/facts.ts'
import { readBundle } from '../../hosts/bundle.ts'
import { replay } from '../../hosts/replay.ts'
import type { Flow } from '../../openflow/flow.ts'
import cause from './guest-mac-mismatch.ts'

/** What a foreign MAC on the tap means depends on what else is seen there. */

const file = new URL('../../../test/bundles/guest-mac-mismatch.oldhand', import.meta.url).pathname
const bundle = await readBundle(file)
const outcome = await diagnose(bundle.asked, replay(bundle))
if (outcome.kind !== 'diagnosis') throw new Error(outcome.kind)
const { subject } = outcome.diagnosis
const host = subject.compute ?? ''
const known = readAll(cause.needs, (need) => outcome.facts.read(need, host))
if (!known.ok) throw new Error(known.problem.en)
const facts = known.fact as unknown as Parameters<typeof cause.check>[0]
const source = facts.vif.iface.source
const check = (less: object) => cause.check({ ...facts, ...less }, { subject, host })

/** A flow with other counters: what else it is, it reads from its line. */
const counting = (flow: Flow, counters: Partial<Pick<Flow, 'packets' | 'idle'>>): Flow =>
  Object.create(flow, Object.getOwnPropertyDescriptors(counters)) as Flow
/** The flows that guard the port, last used so many seconds ago by the MAC that may. */
const guarded = (idle: number) => ({
  guard: { ...facts.guard, allow: facts.guard.allow.map((f) => counting(f, { idle })) },
})
const never = { guard: { ...facts.guard, allow: facts.guard.allow.map((f) => counting(f, { packets: 0 })) } }
const silent = { spoke: undefined, arrived: [] }
const foreign = { mac: 'fa:16:3e:00:00:99', dropped: true, source }

test('its own MAC was silent for minutes, and another is dropped now: nothing else makes these lines', () => {
  expect(check({ ...guarded(301), spoke: undefined })).toMatchObject({ is: 'found', sure: 'certain' })
  expect(check({ ...never, spoke: undefined })).toMatchObject({ is: 'found', sure: 'certain' })
  expect(check({ ...guarded(40), spoke: undefined })).toMatchObject({ is: 'found', sure: 'likely' })
})

test('a guest that speaks from its own MAC too only has others behind it', () => {
  expect(check({ ...guarded(9) })).toMatchObject({ is: 'ruled out' })
  expect(check({ spoke: { age: 3, source } })).toMatchObject({ is: 'ruled out' })
  const own = { mac: subject.port.mac, dropped: false, source }
  expect(check({ ...guarded(99), spoke: undefined, arrived: [foreign, own] })).toMatchObject({ is: 'ruled out' })
})

test('a device of the host is no guest', () => {
  const [link] = [...facts.links.byName.values()].filter((l) => l.mac)
  expect(check({ ...never, spoke: undefined, arrived: [{ ...foreign, mac: link?.mac }] }).is).not.toBe('ruled out')
  expect(check({ ...guarded(99), spoke: undefined, arrived: [{ ...foreign, mac: link?.mac }] })).toMatchObject({
    is: 'ruled out',
  })
})

test('the counter of what was dropped does not tell what it was', () => {
  const [allow] = facts.guard.allow
  if (!allow) throw new Error('no flow guards the port')
  const refuse = counting(allow, { packets: 3, idle: 5 })
  const { guard } = never
  expect(check({ ...silent, guard: { ...guard, refuse } })).toMatchObject({ is: 'found', sure: 'possible' })
  expect(check({ ...silent, guard: { ...guard, refuse: counting(refuse, { packets: 0 }) } })).toMatchObject({
    is: 'unknown',
  })
})

test('a port without port security may send from any MAC', () => {
  const bare = { guard: { allow: [], macs: new Set() } }
  expect(check({ ...bare }).is).toBe('unknown')
  const port = facts.port.ok ? { ...facts.port, fact: { ...facts.port.fact, portSecurity: false } } : facts.port
  expect(check({ ...bare, port })).toMatchObject({ is: 'ruled out' })
})

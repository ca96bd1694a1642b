import { describe, expect, test } from 'vitest'
import { type AnyCause, type Scope, scopes } from '../core/cause.ts'
import { type Cell, kinds } from '../core/comparison.ts'
import type { Suspect } from '../core/diagnosis.ts'
import type { Station } from '../core/hop.ts'
import { say } from '../core/lang.ts'
import type { Subject } from '../core/subject.ts'
import { found, type Sureness } from '../core/verdict.ts'
import type { Candidate } from '../core/comparison.ts'
import { choose } from './choose.ts'
import { expectedScopes } from './expected.ts'
import { hits, isolate } from './isolate.ts'
import { contradictionsOf, weigh } from './weigh.ts'

const cell = (kind: Cell['kind'], status: Cell['status'], more: Partial<Cell> = {}): Cell => ({
  ...{ vm: kind, port: kind, network: 'n', networkId: 'n', host: 'h', kind, status, sameGroups: false },
  ...{ why: say('', ''), alike: true, because: [] },
  ...more,
})
const own = cell('this VM', 'broken', { sameGroups: true })

describe('isolate', () => {
  const siblings = kinds
    .filter((kind) => kind !== 'this VM')
    .flatMap((kind) => [true, false].map((g) => [kind, g] as const))

  test.each(scopes)('of a failure of "%s", whoever is there to compare with, it is among what is left', (scope) => {
    for (let chosen = 1; chosen < 1 << siblings.length; chosen++) {
      const cells = siblings
        .filter((_, i) => chosen & (1 << i))
        .map(([kind, sameGroups]) => cell(kind, hits(scope, { kind, sameGroups }) ? 'broken' : 'works', { sameGroups }))
      const left = isolate([own, ...cells], [])?.scopes
      const isTold = scope !== 'security groups' || cells.some((c) => c.sameGroups)
      if (isTold) expect(left).toContain(scope)
    }
  })

  const everybody = (scope: Scope) =>
    siblings.map(([kind, sameGroups]) =>
      cell(kind, hits(scope, { kind, sameGroups }) ? 'broken' : 'works', { sameGroups }),
    )
  test.each(scopes)('with a witness of each kind nothing but "%s" is left', (scope) => {
    expect(isolate([own, ...everybody(scope)], [])).toEqual({ scopes: [scope], scope, settledBy: 'comparison' })
  })

  test('what the matrix leaves open, the found cause settles', () => {
    const cells = [own, cell('same network', 'works'), cell('same host', 'works')]
    expect(isolate(cells, ['port'])).toEqual({ scopes: ['port', 'network on host'], scope: 'port', settledBy: 'cause' })
    expect(isolate(cells, [])).toEqual({ scopes: ['port', 'network on host'] })
  })

  test.each([
    ['who is unknown', cell('same network', 'unknown')],
    ['who has a failure of its own', cell('same network', 'broken', { alike: false })],
  ])('%s is no witness', (_, c) => {
    expect(isolate([own, c], [])).toBeUndefined()
    expect(isolate([own, c, cell('same host', 'works')], [])?.scopes).toContain('port')
  })

  test('a VM that works isolates nothing', () => {
    expect(isolate([cell('this VM', 'works'), cell('same host', 'broken')], [])).toBeUndefined()
  })

  test('a matrix that no single variable explains says so', () => {
    const cells = [own, cell('same network and host', 'works'), cell('same network', 'broken')]
    expect(isolate(cells, ['network'])).toEqual({ scopes: [] })
  })
})

const subject = { compute: 'c', dhcpHosts: ['d'] } as unknown as Subject
const suspect = (sure: Sureness, scope: readonly Scope[]): Suspect => ({
  cause: { id: 'x', scope, stops: { station: 'NIC' } } as unknown as AnyCause,
  host: 'c',
  verdict: found({}, sure),
  explainedBy: [],
})
const after = (s: Suspect, ...cells: readonly Cell[]) => weigh([s], [own, ...cells], subject)[0]?.to ?? s.verdict.sure

describe('weigh', () => {
  const [there, here] = [cell('same network', 'works'), cell('same host', 'works')]

  test('a suspicion that witnesses on both sides bear out is likely', () => {
    expect(after(suspect('possible', ['network on host']), there, here)).toBe('likely')
    expect(after(suspect('possible', ['network on host']), there)).toBe('possible')
    expect(after(suspect('possible', ['host']), there, cell('same host', 'broken'))).toBe('likely')
  })

  test('that others work bears out no failure of the port alone: perhaps it does not fail', () => {
    expect(after(suspect('possible', ['port']), there, here)).toBe('possible')
  })

  test('what is likely is only possible where one works that it would stop', () => {
    expect(after(suspect('likely', ['host']), here)).toBe('possible')
    expect(after(suspect('likely', ['port', 'host']), here)).toBe('likely')
  })

  test('nothing becomes certain, and what is certain stays so and is contradicted aloud', () => {
    expect(after(suspect('likely', ['network on host']), there, here)).toBe('likely')
    const sure = suspect('certain', ['host'])
    expect(after(sure, here)).toBe('certain')
    expect(contradictionsOf([sure], [own, here], subject).map((s) => s.en)).toEqual([expect.stringContaining('works')])
  })

  test('one more that is broken is a contradiction to a failure of one port', () => {
    const [line] = contradictionsOf([suspect('certain', ['port'])], [own, cell('same host', 'broken')], subject)
    expect(line?.en).toContain('broken as well')
  })
})

test('on a DHCP host a failure of a host reaches every host', () => {
  const at = (station: Station, scope: Scope, host: string) =>
    expectedScopes({ scope: [scope], stops: { station } }, host, subject)
  expect(at('NIC', 'host', 'c')).toEqual(['host'])
  expect(at('NIC', 'host', 'd')).toEqual(['everything', 'network'])
  expect(at('dnsmasq', 'network on host', 'd')).toEqual(['network'])
  expect(at('tunnel bridge', 'network on host', 'd')).toEqual(['network', 'network on host'])
})

describe('choose', () => {
  const physnet = { type: 'vlan', physicalNetwork: 'p1', id: 7 }
  const port = (name: string, networkId: string, host: string, more: Partial<Candidate> = {}): Candidate => ({
    ...{ port: name, name, networkId, host, segment: physnet, groups: ['g'], portSecurity: true, adminUp: true },
    ...{ active: true, vnicType: 'normal' },
    ...more,
  })
  const me = port('me', 'n1', 'h1')
  const namesOf = (all: readonly Candidate[], limit = 6) => choose(me, all, limit).chosen.map((c) => c.candidate.name)

  test('one that differs in each variable comes first, and never more than asked for', () => {
    const all = ['n1', 'n2', 'n3', 'n4'].flatMap((n) => ['h1', 'h2', 'h3'].map((h) => port(`${n}@${h}`, n, h)))
    expect(namesOf(all)).toEqual(['n1@h2', 'n2@h1', 'n1@h1', 'n2@h2', 'n1@h3', 'n3@h1'])
    expect(namesOf(all, 2)).toEqual(['n1@h2', 'n2@h1'])
  })

  test('same security groups before others; as second witness one of other groups', () => {
    const all = [port('a', 'n1', 'h2', { groups: ['other'] }), port('b', 'n1', 'h3'), port('c', 'n1', 'h4')]
    expect(namesOf(all)).toEqual(['b', 'a'])
  })

  test.each<[string, Partial<Candidate>, RegExp]>([
    ['shut off', { server: 'SHUTOFF' }, /does not run \(SHUTOFF\)/],
    ['gone from Nova', { server: '' }, /does not know it/],
    ['DOWN where nobody knows why', { active: false }, /Nova cannot tell/],
    ['without port security', { portSecurity: false }, /port security off/],
    ['of another physical network', { networkId: 'n2', segment: { ...physnet, physicalNetwork: 'p2' } }, /another way/],
    ['of a network that nobody knows', { networkId: 'n2', segment: { type: 'vxlan' } }, /another way/],
    ['SR-IOV', { vnicType: 'direct' }, /direct/],
    ['switched off', { adminUp: false }, /switched off/],
  ])('a VM that is %s is passed over, with the reason', (_, more, reason) => {
    const { chosen, passedOver } = choose(me, [port('x', 'n1', 'h2', more)], 6)
    expect(chosen).toEqual([])
    expect(passedOver).toEqual([
      { why: expect.objectContaining({ en: expect.stringMatching(reason) }), count: 1, example: 'x' },
    ])
  })

  test('a port that is DOWN while Nova says that its VM runs is a witness', () => {
    expect(namesOf([port('x', 'n1', 'h2', { active: false, server: 'ACTIVE' })])).toEqual(['x'])
  })
})

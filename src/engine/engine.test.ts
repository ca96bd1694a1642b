import { describe, expect, test } from 'vitest'
import type { Answer } from '../core/answer.ts'
import type { AnyCause } from '../core/cause.ts'
import type { Leg } from '../core/hop.ts'
import { fact, hostProbe, maybe } from '../core/probe.ts'
import type { Subject } from '../core/subject.ts'
import type { Transport } from '../core/transport.ts'
import { found, ruledOut, unknown, type Verdict } from '../core/verdict.ts'
import { collect } from './collect.ts'
import { conclude, demoteRedundant, verdictOf, withdrawUnreached } from './conclude.ts'
import type { Judgement } from './judge.ts'

/** The engine knows no cause by name: these are invented. */

const words = { title: '', why: '', says: () => '' }
const cause = (id: string, more: Partial<AnyCause> = {}): AnyCause => ({
  ...{ id: id as AnyCause['id'], at: 'ends', stops: { station: 'br-int' }, scope: [], needs: {}, explainedBy: [] },
  ...{ check: () => ruledOut(), fix: () => [], words: { en: words, zh: words } },
  ...more,
})
const judged = (c: AnyCause, host: string, verdict: Verdict<unknown>): Judgement => ({ cause: c, host, verdict })
const deep = cause('deep')
const shallow = cause('shallow', { explainedBy: ['deep' as AnyCause['id']] })

describe('rank', () => {
  test('a consequence stands below what explains it, however sure it is', () => {
    const { causes } = conclude([judged(shallow, 'a', found({}, 'certain')), judged(deep, 'a', found({}, 'possible'))])
    expect(causes.map((c) => [c.cause.id, c.explainedBy])).toEqual([
      ['deep', []],
      ['shallow', ['deep']],
    ])
  })

  test('what happens on one host explains nothing on another', () => {
    const { causes } = conclude([judged(shallow, 'a', found({}, 'certain')), judged(deep, 'b', found({}, 'possible'))])
    expect(causes.map((c) => c.cause.id)).toEqual(['shallow', 'deep'])
  })

  test('what lies between the hosts is not judged while something stops the frames before it', () => {
    const between = cause('between', { acrossHosts: true, explainedBy: ['deep' as AnyCause['id']] })
    const both = [judged(between, 'a', found({}, 'likely')), judged(deep, 'b', found({}, 'certain'))]
    const { causes, unknown: open } = conclude(withdrawUnreached(both))
    expect(causes.map((c) => c.cause.id)).toEqual(['deep'])
    expect(open.map((u) => [u.id, u.missing.en])).toEqual([['between', expect.stringContaining('deep on b')]])
  })
})

describe('a second DHCP server', () => {
  const subject = { compute: 'c', dhcpHosts: ['d1', 'd2'] } as unknown as Subject
  const dnsmasq = cause('dnsmasq', { at: 'dhcp', stops: { station: 'dnsmasq' } })

  test('that serves the VM makes what is wrong on the first a warning', () => {
    const all = demoteRedundant(
      [judged(dnsmasq, 'd1', found({}, 'certain')), judged(dnsmasq, 'd2', ruledOut())],
      subject,
    )
    const { causes, warnings } = conclude(all)
    expect([causes.length, warnings.map((w) => w.host)]).toEqual([0, ['d1']])
  })

  test('of which nothing is known excuses nothing', () => {
    const unread = unknown('silence', '没有应答')
    const all = demoteRedundant([judged(dnsmasq, 'd1', found({}, 'certain')), judged(dnsmasq, 'd2', unread)], subject)
    expect(conclude(all).causes.map((c) => c.host)).toEqual(['d1'])
  })
})

describe('verdict', () => {
  const leg = (
    direction: Leg['direction'],
    status: 'passed' | 'unknown',
    conversation: Leg['conversation'] = 'dhcp',
  ): Leg => ({
    conversation,
    direction,
    hops: [{ name: 'br-int', host: 'a', status, because: [], causes: [] }],
  })
  const passed = [leg('request', 'passed'), leg('reply', 'passed')]
  const suspects = (sure: 'possible' | 'likely') => conclude([judged(deep, 'a', found({}, sure))]).causes

  test.each([
    ['every hop passed', [], passed, 'healthy'],
    ['one hop that nobody saw', [], [leg('request', 'passed'), leg('reply', 'unknown')], 'undetermined'],
    ['no journey at all', [], [], 'undetermined'],
    [
      'a gateway that nobody saw',
      [],
      [...passed, leg('request', 'passed', 'arp'), leg('reply', 'unknown', 'arp')],
      'undetermined',
    ],
    ['one of two servers is enough', [], [leg('request', 'unknown'), leg('reply', 'unknown'), ...passed], 'healthy'],
    ['a mere suspicion', suspects('possible'), passed, 'undetermined'],
    ['a likely cause', suspects('likely'), passed, 'broken'],
  ] as const)('%s', (_, causes, journey, verdict) => {
    expect(verdictOf(causes, journey, [])).toBe(verdict)
  })
})

describe('collect', () => {
  const echo = (answers: readonly Answer[]) => fact(answers.map((a) => a.stdout).join())
  const answering: Transport & { readonly rounds: string[][] } = {
    rounds: [],
    ask: async (asks) => {
      answering.rounds.push(asks.map((a) => a.argv.join(' ')))
      return asks.map((ask) => ({ ask, stdout: `(${ask.argv.join(' ')})`, stderr: '', exit: 0, ms: 1 }))
    },
    close: async () => {},
  }

  test('a fact that could do without an answer is read again when the answer is there', async () => {
    const first = hostProbe({ id: 'first', asks: ({ host }) => [{ host, argv: ['one'] }], parse: echo })
    const second = hostProbe({
      id: 'second',
      after: { first },
      asks: ({ host }) => [{ host, argv: ['two'] }],
      parse: echo,
    })
    const third = hostProbe({
      id: 'third',
      after: { first, second: maybe(second) },
      asks: ({ host, prior }) => [{ host, argv: [prior.second.ok ? `with ${prior.second.fact}` : 'without'] }],
      parse: echo,
    })
    const subject = { compute: 'c', dhcpHosts: [] } as unknown as Subject
    const facts = await collect(subject, [third], answering)
    expect(facts.read(third, 'c')).toEqual(fact('(with (two))'))
    expect(answering.rounds).toEqual([['one'], ['without', 'two'], ['with (two)']])
  })

  test('a question without an answer is asked once, and is a problem', async () => {
    const lost = hostProbe({ id: 'lost', asks: ({ host }) => [{ host, argv: ['nobody'] }], parse: echo })
    const subject = { compute: 'c', dhcpHosts: [] } as unknown as Subject
    const facts = await collect(subject, [lost], { ask: async () => [], close: async () => {} })
    expect(facts.read(lost, 'c').ok).toBe(false)
  })
})

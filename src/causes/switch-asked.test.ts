import { expect, test } from 'vitest'
import type { AskedVlan, Sight } from '../core/ask-the-switch.ts'
import { carryingOf } from './switch-asked.ts'

/** What is concluded from probes that hosts have sent and heard. */

const seen = (vlan: number | undefined): Sight => ({
  ...{ state: 'seen', count: 3, because: [] },
  ...(vlan === undefined ? {} : { vlan }),
})
const missing: Sight = { state: 'not seen', count: 0, because: [] }
const unknown: Sight = { state: 'unknown', count: 0, because: [] }

interface Told {
  /** What comp1 hears of net1, and net1 of comp1. */
  readonly back: Sight
  readonly there: Sight
  /** Whom the gateway answers. */
  readonly served?: readonly string[]
  readonly left?: Sight
}
const askedOn = (vlan: number, { back, there, served = [], left = seen(vlan) }: Told): AskedVlan => ({
  vlan,
  from: [
    { host: 'comp1', heard: [{ from: 'net1', sight: back }] },
    { host: 'net1', heard: [{ from: 'comp1', sight: there }] },
  ].map(({ host, heard }) => ({
    ...{ host, heard, left, nics: [], mac: '', method: 'port' as const },
    answers: [{ ip: '10.0.0.1', is: 'gateway', sight: served.includes(host) ? seen(vlan) : missing }],
  })),
})
const concluded = (told: Told, control?: Told) =>
  carryingOf(
    {
      ...{ id: 'ask-the-switch', run: '0badcafe', network: askedOn(3933, told) },
      ...(control ? { control: askedOn(3934, control) } : {}),
    },
    'comp1',
    ['net1'],
  )
const carried = { back: seen(3933), there: seen(3933) }
const other = { back: seen(3934), there: seen(3934) }

test('a VLAN that is lost both ways while another passes is missing where the gateway does not answer', () => {
  const lost = { back: missing, there: missing }
  expect(concluded({ ...lost, served: ['net1'] }, other)).toMatchObject({
    ...{ is: 'lost', suspect: 'comp1', control: { vlan: 3934, passes: true } },
  })
  expect(concluded({ ...lost, served: ['comp1'] }, other)).toMatchObject({ is: 'lost', suspect: 'net1' })
  expect(concluded(lost, other)).not.toHaveProperty('suspect')
  expect(concluded(lost, { back: missing, there: missing })).toMatchObject({ control: { passes: false } })
  expect(concluded(lost, { back: unknown, there: seen(3934) })).not.toHaveProperty('control')
})

test('what is lost in one direction is no missing VLAN for sure', () => {
  expect(concluded({ ...carried, back: missing }, other)).toMatchObject({ is: 'one way' })
})

test('probes that arrive without their tag were carried, and retagged at the side where they arrive', () => {
  const untagged = concluded({ ...carried, back: seen(undefined) })
  expect(untagged).toMatchObject({ is: 'retagged', suspect: 'comp1', ways: [{ from: 'net1', to: 'comp1' }] })
  expect(untagged?.ways[0]).not.toHaveProperty('vlan')
})

test('nothing is concluded where a capture could not tell, or where the probes did not leave', () => {
  expect(concluded({ ...carried, back: unknown })).toBeUndefined()
  expect(concluded({ back: missing, there: missing, left: missing })).toBeUndefined()
  expect(concluded({ back: missing, there: missing, left: { ...seen(3933), count: 1 } })).toBeUndefined()
})

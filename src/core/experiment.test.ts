import { expect, test } from 'vitest'
import { type AsTheVm, gapsOf, isLost, type Passage, type Trip } from './experiment.ts'
import { problem } from './probe.ts'

const at = (place: string, state: Passage['state']): Passage => {
  const [host = '', device = ''] = place.split(' ')
  const station = device.startsWith('tap') ? (host === 'net1' ? 'DHCP namespace' : 'guest port') : 'NIC'
  return { station, host, devices: [device], state, count: state === 'seen' ? 3 : 0, because: [] }
}
const way = (conversation: Trip['conversation'], direction: Trip['direction'], ...passages: Passage[]): Trip => ({
  ...{ conversation, direction, passages },
  ...(conversation === 'dhcp' ? { server: 'net1' } : {}),
})
const proof = (...trips: Trip[]): AsTheVm => ({
  id: 'as-the-vm',
  run: '0badcafe',
  sent: (['dhcp', 'arp'] as const).map((conversation) => ({
    ...{ conversation, host: 'comp1', bridge: 'br-int', ofport: 4, count: 3 },
  })),
  trips,
  strangers: problem('not looked for'),
  guest: problem('not asked'),
})
const [near, far] = ['comp1 eth1', 'net1 eth1']
const gap = (e: AsTheVm) => gapsOf(e).map((g) => [g.after?.devices[0], g.after?.host, g.before.host])

test('a request that left and did not arrive is lost between the two', () => {
  const e = proof(
    way('dhcp', 'request', at(near, 'seen'), at(far, 'not seen'), at('net1 tap2', 'not seen')),
    way(
      'dhcp',
      'reply',
      at('net1 tap2', 'not seen'),
      at(far, 'not seen'),
      at(near, 'not seen'),
      at('comp1 tap1', 'not seen'),
    ),
  )
  expect([gap(e), isLost(e)]).toEqual([[['eth1', 'comp1', 'net1']], true])
})

test('where a capture could not tell, nothing is lost for that', () => {
  const e = proof(
    way('dhcp', 'request', at(near, 'seen'), at(far, 'unknown'), at('net1 tap2', 'unknown')),
    way(
      'dhcp',
      'reply',
      at('net1 tap2', 'unknown'),
      at(far, 'unknown'),
      at(near, 'unknown'),
      at('comp1 tap1', 'unknown'),
    ),
  )
  expect([gap(e), isLost(e)]).toEqual([[], false])
})

test('a reply that was sent and did not come back is lost on its way', () => {
  const e = proof(
    way('dhcp', 'request', at(near, 'seen'), at(far, 'seen'), at('net1 tap2', 'seen')),
    way('dhcp', 'reply', at('net1 tap2', 'seen'), at(far, 'seen'), at(near, 'not seen'), at('comp1 tap1', 'not seen')),
  )
  expect([gap(e), isLost(e)]).toEqual([[['eth1', 'net1', 'comp1']], true])
})

test('a server that has the request and is silent has not answered', () => {
  const e = proof(
    way('dhcp', 'request', at('net1 tap2', 'seen')),
    way('dhcp', 'reply', at('net1 tap2', 'not seen'), at('comp1 tap1', 'not seen')),
  )
  expect([gap(e), isLost(e)]).toEqual([[['tap2', 'net1', 'net1']], true])
})

test('a gateway that does not answer ARP may not exist: that alone breaks no VM', () => {
  const e = proof(
    way('arp', 'request', at(near, 'seen')),
    way('arp', 'reply', at(near, 'not seen'), at('comp1 tap1', 'not seen')),
  )
  expect([gap(e), isLost(e)]).toEqual([[], false])
})

test('a gateway that does not answer may not exist; one that answers a DHCP namespace does, and the VM has lost it', () => {
  const e = proof(
    way('arp', 'request', at(near, 'seen')),
    way('arp', 'reply', at(near, 'not seen'), at('comp1 tap1', 'not seen')),
  )
  expect([gapsOf(e).length, isLost(e)]).toEqual([0, false])
  expect(gapsOf(e, true).map((g) => [g.trip.direction, g.after?.devices, g.before.devices])).toEqual([
    ['reply', ['eth1'], ['eth1']],
  ])
  expect(isLost(e, true)).toBe(true)
})

test('where a router on its own host may have answered unseen, a gateway that is there proves nothing', () => {
  const e = proof(
    way('arp', 'request', at(near, 'seen')),
    way('arp', 'reply', at(near, 'not seen'), at('comp1 tap1', 'unknown')),
  )
  expect([gapsOf(e, true), isLost(e, true)]).toEqual([[], false])
})

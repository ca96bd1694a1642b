import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Frame } from '../capture/frame.ts'
import { readCapture } from '../capture/read.ts'
import { dhcpOf, type Heard, hear, type Intent, toGuest } from './heard.ts'
import { isTold, tellStory } from './story.ts'

/** Recorded at vm1's tap in the lab, each fault brought about and the guest asking for its address. */

const folder = join(import.meta.dirname, '../../test/recorded/captures')

function recorded(name: string): readonly Heard[] {
  const of = (direction: 'in' | 'out') =>
    readCapture(readFileSync(join(folder, `watch-${name}-${direction}.pcap`))).frames.map((frame) =>
      hear('guest', { ...frame, direction }),
    )
  return [...of('in'), ...of('out')].toSorted((a, b) => Number(a.frame.time - b.frame.time))
}

const vm1: Intent = {
  mac: 'fa:16:3e:39:7e:25',
  ips: ['10.19.43.139'],
  servers: [{ mac: 'fa:16:3e:c9:a8:2c', ips: ['10.19.43.2'] }],
}
/** The lab was booted anew for this one. */
const declining: Intent = {
  mac: 'fa:16:3e:85:2f:41',
  ips: ['10.19.43.156'],
  servers: [{ mac: 'fa:16:3e:c5:14:c0', ips: ['10.19.43.2'] }],
}

const told = (heard: readonly Heard[], intent = vm1) => {
  const { outcome, findings } = tellStory(heard, intent, 60)
  return { outcome, findings: findings.map(({ id, sure }) => `${id} ${sure}`) }
}

test('a healthy VM gets its lease, and nothing is held against anybody', () => {
  expect(told(recorded('healthy'))).toEqual({ outcome: 'leased', findings: [] })
})

test('a foreign DHCP server is found whether the guest takes its offer or not', () => {
  const expected = { outcome: 'trouble', findings: ['rogue-dhcp-server certain'] }
  expect(told(recorded('rogue-dhcp-server'))).toEqual(expected)
  expect(told(recorded('rogue-taken'))).toEqual(expected)
})

test("a foreign server under the DHCP port's address is found by its MAC, and so is the refusal that it causes", () => {
  const { outcome, findings } = told(recorded('duplicate-dhcp-server-ip'))
  expect(outcome).toBe('trouble')
  expect(findings).toEqual(['duplicate-dhcp-server-ip certain', 'dhcp-nak-on-renew certain'])
})

test('another machine with the MAC of the VM', () => {
  expect(told(recorded('duplicate-mac'))).toEqual({ outcome: 'trouble', findings: ['duplicate-mac certain'] })
})

test('another machine with the address of the VM, which the guest declines', () => {
  const heard = recorded('dhcp-decline-ip-conflict')
  expect(told(heard, declining)).toEqual({ outcome: 'trouble', findings: ['dhcp-decline-ip-conflict certain'] })
  const unseen = heard.filter(({ packet }) => packet.arp?.senderMac === declining.mac || !packet.arp)
  expect(told(unseen, declining).findings).toEqual(['dhcp-decline-ip-conflict likely'])
})

test('each finding shows its frames', () => {
  for (const name of ['rogue-dhcp-server', 'duplicate-mac', 'duplicate-dhcp-server-ip']) {
    const { findings } = tellStory(recorded(name), vm1, 60)
    expect(
      findings.every(({ frames }) => frames.length > 0),
      name,
    ).toBe(true)
  }
})

test('a guest that is silent may be idle; one that does not answer for its address is likely dead', () => {
  expect(told(recorded('guest-silent'))).toEqual({ outcome: 'silent', findings: ['guest-silent possible'] })
  const asked = recorded('healthy').filter((each) => toGuest(each))
  expect(told(asked)).toEqual({ outcome: 'trouble', findings: ['guest-silent likely'] })
})

test('a guest that asks and hears nothing is unanswered; one that only speaks is not', () => {
  const sent = recorded('healthy').filter(({ frame }) => frame.direction === 'in')
  expect(told(sent)).toEqual({ outcome: 'unanswered', findings: [] })
  expect(told(sent.filter(({ packet }) => !packet.dhcp))).toEqual({ outcome: 'spoke', findings: [] })
})

test('where the right servers are not known, none is called wrong', () => {
  expect(told(recorded('rogue-taken'), { ...vm1, servers: [] })).toEqual({ outcome: 'leased', findings: [] })
})

test('a port that was not heard is not silent', () => {
  expect(tellStory([], vm1, undefined)).toEqual({ outcome: 'unheard', findings: [] })
})

test("a frame of the VM that a loop brings back is not another machine's", () => {
  const healthy = recorded('healthy')
  const echoes = healthy
    .filter(({ frame }) => frame.direction === 'in')
    .map((each) => ({
      ...each,
      frame: { ...each.frame, direction: 'out' as const, time: each.frame.time + 1_000_000n },
    }))
  expect(told([...healthy, ...echoes]).findings).toEqual([])
})

test('the story is told with the lease or a certain wrong, not before', () => {
  const healthy = recorded('healthy')
  const before = healthy.slice(
    0,
    healthy.findIndex(({ packet }) => packet.dhcp?.type === 'ACK'),
  )
  expect([isTold(before, vm1), isTold(healthy, vm1)]).toEqual([false, true])
  expect(isTold(recorded('duplicate-mac'), vm1)).toBe(true)
})

/** The healthy conversation as it is when the guest drops the offer: it asks again, three and six seconds later. */
function ignoring(spoil: (frame: Frame) => Frame): readonly Heard[] {
  const healthy = recorded('healthy')
  const [discover] = dhcpOf(healthy, 'DISCOVER')
  const [offer] = dhcpOf(healthy, 'OFFER')
  if (!discover || !offer) throw new Error('the recording has no DISCOVER and OFFER')
  const later = (heard: Heard, seconds: bigint) =>
    hear('guest', { ...heard.frame, time: heard.frame.time + seconds * 1_000_000_000n })
  const offers = [0n, 3n, 6n].map((at) => later({ ...offer, frame: spoil(offer.frame) }, at))
  return [...[0n, 3n, 6n].map((at) => later(discover, at)), ...offers].toSorted((a, b) =>
    Number(a.frame.time - b.frame.time),
  )
}

const UDP_CHECKSUM = 14 + 20 + 6
const withChecksum = (value: number) => (frame: Frame) => {
  const bytes = Uint8Array.from(frame.bytes)
  new DataView(bytes.buffer).setUint16(UDP_CHECKSUM, value)
  return { ...frame, bytes }
}

test('offers that the guest does not take: a wrong checksum is told from a guest that ignores a good one', () => {
  expect(told(ignoring((frame) => frame)).findings).toEqual(['guest-ignores-offer certain'])
  expect(told(ignoring(withChecksum(0x1234))).findings).toEqual(['udp-checksum-bad certain'])
})

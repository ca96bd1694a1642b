import { expect, test } from 'vitest'
import { decode } from '../../capture/decode/decode.ts'
import { captureAsk, judged } from './capture.ts'
import { arpRequest, discover } from './packets.ts'
import { roundTripOf } from './round-trip.ts'
import type { Seen } from './frames.ts'

const MAC = 'fa:16:3e:a1:b2:c3'
const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
const decoded = (hex: string) => decode({ bytes: bytes(hex), linkType: 1 })

test('the DISCOVER that is sent is one: of the VM, broadcast, with the transaction id of the run, its header sound', () => {
  const { eth, ipv4, udp, dhcp } = decoded(discover(MAC, '0badcafe', 2))
  expect(eth).toMatchObject({ src: MAC, dst: 'ff:ff:ff:ff:ff:ff' })
  expect(ipv4).toMatchObject({ src: '0.0.0.0', dst: '255.255.255.255', checksum: 'good' })
  expect(udp).toMatchObject({ src: 68, dst: 67, length: 308 })
  expect(dhcp).toMatchObject({
    op: 'request',
    type: 'DISCOVER',
    xid: 0x0badcafe,
    chaddr: MAC,
    requestedIp: '192.0.2.67',
  })
})

test('the ARP request asks for the gateway, with the address of the VM: another would be taken for spoofed', () => {
  expect(decoded(arpRequest(MAC, '10.19.43.52', '10.19.43.1')).arp).toMatchObject({
    ...{ op: 1, senderMac: MAC, senderIp: '10.19.43.52', targetIp: '10.19.43.1' },
  })
})

const device = { host: 'comp1', name: 'eth1' }
const ask = captureAsk(device, { mac: MAC, xid: '0badcafe' }, '0badcafe')
const ended = (stderr: string) => judged({ ask, stdout: '', stderr, exit: 124, ms: 4000 }).failure?.detail.en

test('a capture tells that nothing passed only where tcpdump counted to its end and lost nothing', () => {
  const listening = 'tcpdump: listening on eth1, link-type EN10MB (Ethernet), snapshot length 512 bytes\n'
  const counts = (captured: number, dropped: number) =>
    `${listening}${captured} packets captured\n9 packets received by filter\n${dropped} packets dropped by kernel\n`
  expect(ended(counts(0, 0))).toBeUndefined()
  expect(ended(listening)).toMatch(/no count/)
  expect(ended(counts(3, 2))).toMatch(/lost 2/)
  expect(ended(counts(2000, 0))).toMatch(/more frames/)
})

test('a capture bears the mark of its run, and ends by itself on the host', () => {
  expect(ask.argv.slice(0, 8)).toEqual(['timeout', '-s', 'INT', '-k', '1', '4', 'env', 'OLDHAND=0badcafe'])
})

test('a round trip is from the last request before a reply: the median of all', () => {
  const at = (direction: Seen['direction'], time: number): Seen => ({
    ...{ conversation: 'dhcp', direction, at: time, from: MAC, text: '' },
  })
  const requests = [at('request', 0), at('request', 1000), at('request', 2000)]
  const replies = [at('reply', 300), at('reply', 1100), at('reply', 2200)]
  expect(roundTripOf(requests, [...requests, ...replies], { conversation: 'dhcp' })).toBe(200)
  expect(roundTripOf(requests, requests, { conversation: 'dhcp' })).toBeUndefined()
})

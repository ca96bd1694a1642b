import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { decode } from './decode/decode.ts'
import type { Packet } from './decode/packet.ts'
import type { Frame } from './frame.ts'
import { readCapture } from './read.ts'

/** What tcpdump wrote in the lab is read as tshark reads it: beside each capture stands what tshark printed of it. */

const folder = join(import.meta.dirname, '../../test/recorded/captures')
const read = (name: string) => readCapture(readFileSync(join(folder, name)))
const captures = readdirSync(folder).filter((name) => /\.pcap(ng)?$/.test(name))

const seconds = (time: bigint) => `${time / 1_000_000_000n}.${String(time % 1_000_000_000n).padStart(9, '0')}`
const status = { good: '1', bad: '0', offloaded: '0', none: '3', unseen: '2' } as const
const dhcpTypes = ['DISCOVER', 'OFFER', 'REQUEST', 'DECLINE', 'ACK', 'NAK', 'RELEASE', 'INFORM']

type Value = string | number | undefined
const fields: Readonly<Record<string, (packet: Packet) => Value | readonly Value[]>> = {
  'eth.src': (p) => (p.eth?.dst === undefined ? undefined : p.eth.src),
  'eth.dst': (p) => p.eth?.dst,
  'vlan.id': (p) => p.eth?.vlans,
  'arp.opcode': (p) => p.arp?.op,
  'arp.src.hw_mac': (p) => p.arp?.senderMac,
  'arp.src.proto_ipv4': (p) => p.arp?.senderIp,
  'arp.dst.proto_ipv4': (p) => p.arp?.targetIp,
  'ip.src': (p) => p.ipv4?.src,
  'ip.dst': (p) => p.ipv4?.dst,
  'ip.ttl': (p) => p.ipv4?.ttl,
  'ip.checksum.status': (p) => p.ipv4 && status[p.ipv4.checksum],
  'udp.srcport': (p) => p.udp?.src,
  'udp.dstport': (p) => p.udp?.dst,
  'udp.checksum.status': (p) => p.udp && status[p.udp.checksum],
  'dhcp.id': (p) => p.dhcp && `0x${p.dhcp.xid.toString(16).padStart(8, '0')}`,
  'dhcp.hw.mac_addr': (p) => p.dhcp?.chaddr,
  'dhcp.ip.your': (p) => p.dhcp?.yiaddr,
  'dhcp.option.dhcp': (p) => p.dhcp?.type && dhcpTypes.indexOf(p.dhcp.type) + 1,
  'dhcp.option.dhcp_server_id': (p) => p.dhcp?.serverId,
  'dhcp.option.requested_ip_address': (p) => p.dhcp?.requestedIp,
  'icmp.type': (p) => p.icmp?.type,
  'icmp.code': (p) => p.icmp?.code,
  'icmp.seq': (p) => p.icmp?.sequence,
  'vxlan.vni': (p) => p.vxlan?.vni,
}

const layersOf = (packet: Packet): readonly Packet[] =>
  packet.vxlan === undefined ? [packet] : [packet, ...layersOf(packet.vxlan.inner)]

type Told = Readonly<Record<string, readonly string[]>>

const told = (frame: Frame, layers: readonly Packet[]): Told => ({
  'frame.time_epoch': [seconds(frame.time)],
  'frame.len': [String(frame.length)],
  'frame.cap_len': [String(frame.bytes.length)],
  ...Object.fromEntries(
    Object.entries(fields).map(([name, of]) => [
      name,
      layers.flatMap((layer) => [of(layer)].flat().flatMap((value) => (value === undefined ? [] : String(value)))),
    ]),
  ),
})

function tsharkSays(name: string): readonly Told[] {
  const text = readFileSync(join(folder, name.replace(/\.pcap(ng)?$/, '.tshark.tsv')), 'utf8')
  const [head = [], ...rows] = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))
  return rows.map((row) => Object.fromEntries(head.map((field, i) => [field, row[i] ? row[i].split(',') : []])))
}

/**
 * tshark also tells of the datagram that an ICMP error quotes, and of the MAC in a client identifier; and it gives up
 * on a DHCP message that the snap length cut.
 */
function asFarAsBothTell(expected: Told, ours: Told): Told {
  const quotes = ours['icmp.type']?.[0] === '3'
  const gaveUp = expected['frame.cap_len']?.[0] !== expected['frame.len']?.[0] && expected['dhcp.id']?.length === 0
  return Object.fromEntries(
    Object.entries(expected).map(([field, values]) => {
      const mine = ours[field] ?? []
      if (gaveUp && field.startsWith('dhcp.')) return [field, mine]
      return [field, quotes || field === 'dhcp.hw.mac_addr' ? values.slice(0, mine.length) : values]
    }),
  )
}

test.each(captures)('%s: frame by frame as tshark', (name) => {
  const { frames, problem } = read(name)
  const expected = tsharkSays(name)
  expect(problem).toBeUndefined()
  expect(frames.length).toBe(expected.length)
  for (const [i, frame] of frames.entries()) {
    const ours = told(frame, layersOf(decode(frame)))
    expect(ours, String(i)).toEqual(asFarAsBothTell(expected[i] ?? {}, ours))
  }
})

test('the MTU, router, DNS and lease of an offer are told', () => {
  const offer = read('healthy-tap.pcap').frames.flatMap((frame) => decode(frame).dhcp ?? [])[1]
  expect(offer).toMatchObject({ type: 'OFFER', mask: '255.255.255.0', lease: 86_400, mtu: 1500 })
  expect(offer?.routers).toEqual(['10.19.43.1'])
  expect(offer?.dns).toEqual(['10.19.43.2'])
})

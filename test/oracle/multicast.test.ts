import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { compare, isSure } from './agree.ts'
import { readSwitch } from './ours.ts'
import { type Ovs, startOvs, whyNoOvs } from './ovs.ts'
import type { World } from './world.ts'

/** Whom multicast goes to where a bridge listens to who has joined: as the real `ofproto/trace` says. */

const reason = whyNoOvs()

/** p2 joins, a router is behind p3, p4 wants all multicast, p5 all reports; p6 is in another VLAN. */
const world = (...more: readonly string[]): World => ({
  bridges: [
    {
      name: 'sw0',
      columns: ['mcast_snooping_enable=true', ...more],
      ports: [
        { name: 'p1', ofport: 1, tag: 7 },
        { name: 'p2', ofport: 2, tag: 7 },
        { name: 'p3', ofport: 3, tag: 7 },
        { name: 'p4', ofport: 4, tag: 7, columns: ['other_config:mcast-snooping-flood=true'] },
        { name: 'p5', ofport: 5, trunks: [7], columns: ['other_config:mcast-snooping-flood-reports=true'] },
        { name: 'p6', ofport: 6, tag: 8 },
      ],
      meters: ['meter=9,kbps,burst,band=type=drop,rate=1000,burst_size=100'],
      flows: ['priority=1 actions=NORMAL', 'priority=2,icmp actions=meter:9,NORMAL'],
    },
  ],
})

const packets = [
  ...['udp,dl_dst=01:00:5e:01:02:03,nw_dst=239.1.2.3', 'udp,dl_dst=01:00:5e:01:02:04,nw_dst=239.1.2.4'],
  ...['udp,dl_dst=01:00:5e:00:00:05,nw_dst=224.0.0.5', 'ip,nw_proto=2,dl_dst=01:00:5e:01:02:03,nw_dst=239.1.2.3'],
  ...[
    'icmp6,dl_dst=33:33:00:00:00:16,ipv6_dst=ff02::16,icmpv6_type=143',
    'icmp6,dl_dst=33:33:00:00:00:01,ipv6_dst=ff02::1,icmpv6_type=130',
  ],
  ...['udp6,dl_dst=33:33:00:00:00:01,ipv6_dst=ff02::1', 'udp6,dl_dst=33:33:00:01:00:02,ipv6_dst=ff15::2'],
  ...[
    'icmp,dl_dst=01:00:5e:01:02:03,nw_dst=239.1.2.3',
    'arp,dl_dst=01:00:5e:01:02:03',
    'udp,dl_dst=ff:ff:ff:ff:ff:ff,nw_dst=239.1.2.3',
  ],
]

describe.skipIf(reason !== undefined)('multicast', () => {
  let ovs: Ovs
  beforeAll(async () => {
    ovs = await startOvs()
  })
  afterAll(() => ovs?.stop())

  test.each([
    ['what nobody has joined goes to all', []],
    ['what nobody has joined goes to routers', ['other_config:mcast-snooping-disable-flood-unregistered=true']],
  ])('%s', async (_, more) => {
    const made = world(...more)
    expect(await ovs.apply(made)).toEqual([])
    await ovs.unixctl.call('netdev-dummy/receive', 'p2', igmp(0x16, [239, 1, 2, 3]))
    await ovs.unixctl.call('netdev-dummy/receive', 'p3', igmp(0x11, [0, 0, 0, 0]))
    await vi.waitFor(async () => expect(await ovs.mdb('sw0')).toMatch(/239\.1\.2\.3[^]*querier/), { timeout: 5000 })
    const bridges = await readSwitch(ovs, made)
    for (const inPort of [1, 2, 3, 6])
      for (const packet of packets) {
        const flow = `in_port=${inPort},dl_src=0a:00:00:00:00:0${inPort},${packet}`
        const { ours, expected, got } = compare(bridges, await ovs.trace('sw0', flow), {
          bridge: 'sw0',
          flow,
          ctNext: [],
        })
        expect(got, flow).toEqual(expected)
        expect(isSure(ours), flow).toBe(true)
      }
  })

  test('a meter is told with what it lets through', async () => {
    const made = world()
    expect(await ovs.apply(made)).toEqual([])
    const { meters } = (await readSwitch(ovs, made)).get('sw0') ?? {}
    expect([...(meters ?? [])]).toEqual([['9', 'kbps burst, type=drop rate=1000 burst_size=100']])
  })
})

/** RFC 2236, as a frame: 0x16 joins a group, 0x11 asks who has. */
function igmp(type: number, group: readonly number[]): string {
  const to = type === 0x11 ? [224, 0, 0, 1] : group
  const message = summed([type, 0, 0, 0, ...group], 2)
  const header = summed([0x45, 0, 0, 28, 0, 0, 0, 0, 1, 2, 0, 0, 10, 0, 0, 2, ...to], 10)
  const mac = [1, 0, 0x5e, (to[1] ?? 0) & 0x7f, to[2] ?? 0, to[3] ?? 0]
  return Buffer.from([...mac, 10, 0, 0, 0, 0, type, 8, 0, ...header, ...message]).toString('hex')
}

/** With the checksum of RFC 1071 in its place. */
function summed(bytes: readonly number[], at: number): readonly number[] {
  let sum = 0
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return bytes.map((byte, i) => (i === at ? (~sum >>> 8) & 0xff : i === at + 1 ? ~sum & 0xff : byte))
}

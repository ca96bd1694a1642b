import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Output } from './datapath.ts'
import { type Ovs, startOvs, whyNoOvs } from './ovs.ts'
import type { Bridge, World } from './world.ts'

/** The harness against answers that are known: it must not be wrong itself. */

const reason = whyNoOvs()
if (reason) console.warn(`skipped: ${reason}`)

describe.skipIf(reason !== undefined)('the real Open vSwitch', () => {
  let ovs: Ovs
  beforeAll(async () => {
    ovs = await startOvs()
  })
  afterAll(() => ovs?.stop())

  async function trace(world: World, packet: string, ctNext: readonly string[] = []) {
    expect(await ovs.apply(world)).toEqual([])
    const traced = await ovs.trace(world.bridges[0]?.name ?? '', packet, ctNext)
    expect(traced.unknown, traced.final).toEqual([])
    return traced
  }

  test('NORMAL tags what an access port sends and strips it again', async () => {
    const world = { bridges: [bridge(['priority=0 actions=NORMAL'])] }
    const out = await trace(world, 'in_port=1,arp')
    expect(sent(out.outputs)).toEqual(['p2 7', 'p3 -', 'sw0 7'])
    const back = await trace(world, 'in_port=2,arp,dl_vlan=8')
    expect(sent(back.outputs)).toEqual(['sw0 8'])
    const refused = await trace(world, 'in_port=1,arp,dl_vlan=9')
    expect(refused.outputs).toEqual([])
    expect(refused.notes[0]).toMatch('dropping VLAN 9 tagged packet received on port p1')
  })

  test('NORMAL sends to the port where an address was learned', async () => {
    const world = {
      bridges: [bridge(['actions=NORMAL'])],
      fdb: [{ bridge: 'sw0', port: 'p3', vlan: 7, mac: '0a:00:00:00:00:33' }],
    }
    const out = await trace(world, 'in_port=1,arp,dl_dst=0a:00:00:00:00:33')
    expect(sent(out.outputs)).toEqual(['p3 -'])
    expect(await ovs.fdb('sw0')).toMatch('0a:00:00:00:00:33')
  })

  test('a patch port leads into the other bridge and back to the rest of the actions', async () => {
    const first = bridge(['actions=output:10,resubmit(,5)', 'table=5,priority=3 actions=output:2'])
    const out = await trace(
      { bridges: [toSecond(first), second(['priority=4 actions=resubmit(,6),output:1'])] },
      'in_port=1,ip',
    )
    expect(out.matched).toEqual([
      { bridge: 'sw0', table: 0, priority: 32768 },
      { bridge: 'sw1', table: 0, priority: 4 },
      { bridge: 'sw1', table: 6, miss: true },
      { bridge: 'sw0', table: 5, priority: 3 },
    ])
    expect(sent(out.outputs, false)).toEqual(['q1 -', 'p2 -'])
  })

  test('what the action set does belongs to the bridge that it is of', async () => {
    const groups = ['group_id=1,type=indirect,bucket=actions=resubmit(,8)']
    const there = { ...second(['actions=write_actions(group:1)', 'table=8,priority=2 actions=output:1']), groups }
    const first = toSecond({
      ...bridge(['actions=output:10,write_actions(group:1)', 'table=8,priority=9 actions=drop']),
      groups,
    })
    const out = await trace({ bridges: [first, there] }, 'in_port=1,ip')
    expect(out.matched.map((visit) => `${visit.bridge} ${visit.table}`)).toEqual(['sw0 0', 'sw1 0', 'sw1 8', 'sw0 8'])
    expect(sent(out.outputs)).toEqual(['q1 -'])
  })

  test('a standalone bridge without flows is a plain switch', async () => {
    const world = { bridges: [{ ...bridge([]), failMode: 'standalone' as const }] }
    expect(sent((await trace(world, 'in_port=2,arp,dl_vlan=7')).outputs)).toEqual(['p1 -', 'p3 -', 'sw0 7'])
  })

  test('conntrack recirculates: in the bridge that it was called in, with the state that is asked', async () => {
    const there = second([
      'priority=2,ct_state=-trk,ip actions=ct(commit,zone=5,table=4),output:11',
      'table=4,priority=6,ct_state=+est,ip actions=set_field:10.9.9.9->ip_dst,output:1',
    ])
    const out = await trace(
      { bridges: [toSecond(bridge(['actions=output:10'])), there] },
      'in_port=1,tcp,nw_dst=10.0.0.1',
      ['trk,est'],
    )
    expect(out.matched.at(-1)).toEqual({ bridge: 'sw1', table: 4, priority: 6 })
    expect(out.effects).toEqual(['ct(commit,zone=5)'])
    expect(out.outputs).toMatchObject([{ port: 'q1', packet: { fields: { nw_dst: '10.9.9.9', dl_type: '2048' } } }])
  })

  test('addresses are translated as conntrack would', async () => {
    const flows = ['ip,ct_state=-trk actions=ct(commit,nat(src=10.1.1.1),table=1)', 'table=1 actions=output:2']
    const out = await trace({ bridges: [bridge(flows)] }, 'in_port=1,udp,nw_src=10.0.0.1')
    expect(out.outputs).toMatchObject([{ port: 'p2', packet: { fields: { nw_src: '10.1.1.1' } } }])
  })

  test('fields are rewritten under their masks', async () => {
    const flows = [
      'ip actions=set_field:0.0.9.0/0.0.255.0->ip_src,set_field:0a:00:00:00:00:00/ff:00:00:00:00:00->eth_src,dec_ttl,set_field:2->ip_ecn,output:2',
      'ipv6 actions=set_field:fe80::/ffff::->ipv6_dst,output:2',
    ]
    const world = { bridges: [bridge(flows)] }
    const out = await trace(world, 'in_port=1,udp,nw_src=1.2.3.4,dl_src=02:11:22:33:44:55,nw_ttl=64,nw_tos=32')
    const fields = { nw_src: '1.2.9.4', dl_src: '0a:11:22:33:44:55', nw_ttl: '63', nw_tos: '34' }
    expect(out.outputs).toMatchObject([{ packet: { fields } }])
    const six = await trace(world, 'in_port=1,udp6,ipv6_dst=2001:db8::7')
    expect(six.outputs).toMatchObject([{ packet: { fields: { ipv6_dst: 'fe80:db8::7' } } }])
  })

  test.each(['kernel', 'native'] as const)('a %s tunnel is told with its key and its end', async (tunnels) => {
    const fixed = { name: 'vx5', ofport: 5, tunnel: { type: 'vxlan', remote: '10.255.0.2', key: '77' } } as const
    const free = { name: 'gre6', ofport: 6, tunnel: { type: 'gre', remote: 'flow', key: 'flow' } } as const
    const here = bridge(['actions=set_field:99->tun_id,set_field:10.255.0.3->tun_dst,output:5,output:6,output:2'])
    const out = await trace(
      { bridges: [{ ...here, ports: [...here.ports, fixed, free] }], tunnels },
      'in_port=1,ip,nw_ttl=9',
    )
    const real = out.outputs.filter((o) => o.kind !== 'underlay')
    expect(real.map((o) => 'tunnel' in o && o.tunnel)).toEqual([
      { type: 'vxlan', id: '77', dst: '10.255.0.2' },
      { type: 'gre', id: '99', dst: '10.255.0.3' },
      false,
    ])
    expect(sent(real, false)).toEqual(['vx5 -', 'gre6 -', 'p2 -'])
  })

  test('what depends on the length is told both ways, and a group’s buckets do not see each other', async () => {
    const group =
      'group_id=1,type=all,bucket=actions=push_vlan:0x8100,set_field:4099->vlan_vid,output:2,bucket=actions=output:3'
    const world = {
      bridges: [
        {
          ...bridge([
            'ip actions=group:1,check_pkt_larger(100)->reg0[0],resubmit(,1)',
            'table=1,reg0=1/1 actions=output:2',
            'table=1,priority=1 actions=CONTROLLER',
          ]),
          groups: [group],
        },
      ],
    }
    const out = await trace(world, 'in_port=1,ip')
    expect(sent(out.outputs.slice(0, 2), false)).toEqual(['p2 3', 'p3 -'])
    expect(out.outputs[2]).toMatchObject({
      kind: 'by length',
      over: 100,
      more: [{ port: 'p2' }],
      else: [{ kind: 'controller' }],
    })
  })

  test('a miss, a drop and a loop send nothing, and the loop is noted', async () => {
    const world = { bridges: [bridge(['in_port=2 actions=drop', 'in_port=3 actions=output:1,resubmit(,0)'])] }
    const miss = await trace(world, 'in_port=1,arp')
    expect(miss).toMatchObject({ matched: [{ bridge: 'sw0', table: 0, miss: true }], outputs: [] })
    expect((await trace(world, 'in_port=2,arp')).outputs).toEqual([])
    const loop = await trace(world, 'in_port=3,arp')
    expect(loop.outputs).toEqual([])
    expect(loop.notes.join()).toMatch(/over max translation depth 64.*Translation failed \(Recursion too deep\)/)
  })

  test('ports that may not receive, forward or be flooded to', async () => {
    const world = { bridges: [bridge(['actions=NORMAL'], ['no-flood'])] }
    expect(sent((await trace(world, 'in_port=1,arp')).outputs)).toEqual(['p2 7', 'sw0 7'])
  })

  test('what it does not take is given back, the rest is in', async () => {
    const bad = 'priority=5 actions=set_field:1.2.3.4->ip_dst,output:2'
    expect(await ovs.apply({ bridges: [bridge(['priority=6 actions=drop', bad, 'priority=7 actions=drop'])] })).toEqual(
      [`flow add ${bad}`],
    )
    const dump = await ovs.dumpFlows('sw0', { stats: false, openflow: 'OpenFlow13' })
    expect(dump).toMatch(/priority=6.*\n.*priority=7/)
  })
})

/** p1 is an access port, p2 a trunk, p3 native-untagged, all of VLAN 7; the trunk carries 7 and 8. */
function bridge(flows: readonly string[], flagsOfP3: readonly string[] = []): Bridge {
  return {
    name: 'sw0',
    ports: [
      { name: 'p1', ofport: 1, tag: 7 },
      { name: 'p2', ofport: 2, trunks: [7, 8] },
      { name: 'p3', ofport: 3, tag: 7, vlanMode: 'native-untagged', trunks: [7, 9], flags: flagsOfP3 },
    ],
    flows,
  }
}

const toSecond = (from: Bridge): Bridge => ({
  ...from,
  ports: [...from.ports, { name: 'to1', ofport: 10, peer: 'to0' }],
})

const second = (flows: readonly string[]): Bridge => ({
  name: 'sw1',
  ports: [
    { name: 'to0', ofport: 11, peer: 'to1' },
    { name: 'q1', ofport: 1 },
  ],
  flows,
})

/** Each output as port and VLANs; a flood has no order. */
function sent(outputs: readonly Output[], sorted = true): string[] {
  const told = outputs.map((output) => {
    if (output.kind !== 'port') return output.kind
    return `${output.port} ${output.packet.vlans.map((tag) => tag.vid).join('.') || '-'}`
  })
  return sorted ? told.toSorted() : told
}

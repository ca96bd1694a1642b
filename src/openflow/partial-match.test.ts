import { describe, expect, test } from 'vitest'
import { fateOf, loaded, nextTables, outputs } from './fate.ts'
import { type Flow, parseFlow } from './flow.ts'
import { matches, type Packet } from './partial-match.ts'

const origin = { host: 'h', command: 'c' }
const flow = (line: string): Flow => {
  const parsed = parseFlow(line, origin)
  if (!parsed) throw new Error(line)
  return parsed
}

/** A VM's DHCP request as it enters br-int. */
const request: Packet = {
  inPort: ['3', 'tap30c3ac17-35'],
  vlan: 'untagged',
  fields: new Map([
    ['dl_src', 'fa:16:3e:66:33:30'],
    ['dl_dst', 'ff:ff:ff:ff:ff:ff'],
    ['dl_type', '0x0800'],
    ['nw_proto', '17'],
    ['nw_src', '0.0.0.0'],
    ['nw_dst', '255.255.255.255'],
    ['tp_src', '68'],
    ['tp_dst', '67'],
  ]),
}

test.each([
  ['', 'yes'],
  ['in_port=3', 'yes'],
  ['in_port="tap30c3ac17-35"', 'yes'],
  ['in_port=4', 'no'],
  ['udp,in_port=3,tp_dst=67', 'yes'],
  ['udp,udp_src=68,udp_dst=67', 'yes'],
  ['udp,tp_dst=53', 'no'],
  ['tcp', 'no'],
  ['arp', 'no'],
  ['ipv6', 'no'],
  ['ip,nw_src=10.19.43.86', 'no'],
  ['ip,nw_dst=255.255.255.0/24', 'yes'],
  ['ip,nw_dst=10.0.0.0/8', 'no'],
  ['dl_dst=01:00:00:00:00:00/01:00:00:00:00:00', 'yes'],
  ['dl_dst=00:00:00:00:00:00/01:00:00:00:00:00', 'no'],
  ['dl_src=fa:16:3e:66:33:30', 'yes'],
  ['dl_vlan=4095', 'no'],
  ['vlan_tci=0x0000/0x1fff', 'yes'],
  ['metadata=0x1', 'maybe'],
  ['udp,tp_src=0x40/0xffc0', 'maybe'],
  ['idle_timeout=30,in_port=3', 'yes'],
])('%s: %s', (match, wanted) => {
  expect(
    matches(flow(` cookie=0x0, table=0, priority=9${match === '' ? '' : `,${match}`} actions=drop`), request),
  ).toBe(wanted)
})

describe('actions', () => {
  test.each([
    ['drop', 'dropped'],
    ['NORMAL', 'goes on'],
    ['output:7,NORMAL', 'goes on'],
    ['resubmit(,60)', 'goes on'],
    ['goto_table:60', 'goes on'],
    ['ct(table=72,zone=NXM_NX_REG6[0..15])', 'goes on'],
    ['set_field:8029->vlan_vid,goto_table:59', 'goes on'],
    ['output:7', 'redirected'],
    ['mod_vlan_vid:9,output:7', 'redirected'],
    ['LOCAL', 'redirected'],
    ['CONTROLLER:65535', 'redirected'],
  ])('%s: %s', (actions, fate) => {
    expect(fateOf(flow(` table=0, priority=1 actions=${actions}`))).toBe(fate)
  })

  test('of both versions of OpenFlow', () => {
    const old = flow(
      ' table=60, priority=100,in_port=3 actions=load:0x3->NXM_NX_REG5[],load:0x1->NXM_NX_REG6[],resubmit(,71)',
    )
    const young = flow(
      ' table=60, priority=100,in_port=3 actions=set_field:0x3->reg5,set_field:0x1->reg6,goto_table:71',
    )
    for (const f of [old, young]) expect([loaded(f, 5), loaded(f, 6), nextTables(f)]).toEqual([3, 1, [71]])
    expect(
      outputs(flow(' table=22, priority=1,dl_vlan=2 actions=strip_vlan,set_tunnel:0x384,output:2,output:"vxlan-0a"')),
    ).toEqual(['2', 'vxlan-0a'])
  })
})

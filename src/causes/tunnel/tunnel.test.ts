import { describe, expect, test } from 'vitest'
import { apiOf, type Change, changed, flowsOf, verdictOn } from '../../../test/changed.ts'

/** The healthy VM on the tunnelled network: comp1 is 10.21.0.31, its DHCP server and router are on net1, 10.21.0.21. */

const on =
  (id: Parameters<typeof verdictOn>[1], host = 'comp1') =>
  async (...changes: readonly Change[]) =>
    verdictOn(await changed('healthy-vxlan', ...changes), id, host)

const without =
  (ip: string): Change =>
  ({ ask, stdout }) =>
    ask.host === 'comp1' && ask.argv.at(-1) === 'Interface'
      ? stdout.replaceAll(`["remote_ip","${ip}"]`, '["remote_ip","192.0.2.9"]')
      : undefined
const l2pop = apiOf(/agents\?binary=/, (text) => text.replaceAll('"l2_population": false', '"l2_population": true'))
const responder = apiOf(/agents\?binary=/, (text) =>
  text.replaceAll('"arp_responder_enabled": false', '"arp_responder_enabled": true'),
)
const inactive = apiOf(/ports\?network_id=.*fields=/, (text) => text.replaceAll('"ACTIVE"', '"DOWN"'))
const servers = apiOf(/ports\?network_id=.*fields=/, (text) =>
  text.replaceAll(/"device_owner": "network:[^"]+"/g, '"device_owner": "compute:nova"'),
)
const brTun = (edit: (lines: readonly string[]) => readonly string[]) => flowsOf('comp1', 'br-tun', edit)
const noFlood = brTun((lines) => lines.filter((line) => !/table=22,.*dl_vlan/.test(line)))

describe('tunnel-port-missing', () => {
  const id = 'tunnel-port-missing'
  test('to the DHCP server', async () => {
    expect(await on(id)(without('10.21.0.21'))).toMatch(/certain|likely/)
  })
  test('to where there are other VMs only: a warning', async () => {
    expect(await on(id)(without('10.21.0.32'))).toBe('warning')
    expect(await on(id)(without('10.21.0.21'), servers)).toBe('warning')
  })
  test('with l2population none is made for ports that are not ACTIVE', async () => {
    expect(await on(id)(without('10.21.0.21'), l2pop)).toMatch(/certain|likely/)
    expect(await on(id)(without('10.21.0.21'), l2pop, inactive)).toBe('unknown')
  })
  test('one port that takes its remote from flows leads everywhere', async () => {
    const keyed: Change = ({ ask, stdout }) =>
      ask.host === 'comp1' && ask.argv.at(-1) === 'Interface'
        ? stdout.replaceAll(/\["remote_ip","[^"]+"\]/g, '["remote_ip","flow"]')
        : undefined
    expect(await on(id)(keyed)).toBe('ruled out')
  })
  test('where the address of the other end is not known, nor is this', async () => {
    const silent = apiOf(/agents\?binary=/, (text) => text.replaceAll(/"tunneling_ip": "[^"]+"/g, '"tunneling_ip": ""'))
    expect(await on(id)(silent)).toBe('unknown')
  })
  test('a user who does not see hosts does not see this', async () => {
    const hidden = apiOf(/ports\?network_id=.*fields=/, (text) => text.replaceAll('"binding:host_id"', '"hidden"'))
    expect(await on(id)(hidden)).toBe('unknown')
  })
})

describe('flood-flow-missing', () => {
  const id = 'flood-flow-missing'
  test('no flow at all, or one that leaves the server out', async () => {
    expect(await on(id)(noFlood)).toBe('certain')
    expect(await on(id)(noFlood, l2pop)).toBe('certain')
    const toOther = brTun((lines) =>
      lines.map((l) => (/table=22,.*dl_vlan/.test(l) ? l.replace(/output:\d+(,output:\d+)*/, 'output:99') : l)),
    )
    expect(await on(id)(toOther)).toBe('certain')
  })
  test('with l2population a flow that leads to this network’s hosts only is whole', async () => {
    expect(await on(id)(l2pop)).toBe('ruled out')
    expect(await on(id)(noFlood, l2pop, inactive)).toBe('unknown')
  })
  test('where br-tun answers ARP itself only DHCP is lost', async () => {
    const d = await changed('healthy-vxlan', noFlood, responder)
    const blocked = d.journey.filter((leg) => leg.hops.some((hop) => hop.causes.includes(id)))
    expect(blocked.map((leg) => [leg.conversation, leg.direction])).toEqual([['dhcp', 'request']])
  })
  test('at the server’s end it breaks nothing of this VM', async () => {
    const there = flowsOf('net1', 'br-tun', (lines) => lines.filter((line) => !/table=22,.*dl_vlan/.test(line)))
    expect(await on(id, 'net1')(there)).toBe('warning')
  })
  test('OpenFlow 1.3 writes it otherwise', async () => {
    const newer = brTun((lines) =>
      lines.map((l) =>
        /table=22,.*dl_vlan/.test(l)
          ? l.replace('strip_vlan,load:0x384->NXM_NX_TUN_ID[]', 'pop_vlan,set_field:0x384->tun_id')
          : l,
      ),
    )
    expect(await on(id)(newer)).toBe('ruled out')
  })
})

describe('tun-inbound-map-missing', () => {
  const id = 'tun-inbound-map-missing'
  const row = /table=4,.*tun_id/
  const edited = (edit: (line: string) => string) => brTun((lines) => lines.map((l) => (row.test(l) ? edit(l) : l)))
  test('no flow, or one to another local VLAN', async () => {
    expect(await on(id)(brTun((lines) => lines.filter((l) => !row.test(l))))).toBe('certain')
    expect(await on(id)(edited((l) => l.replace(/mod_vlan_vid:\d+/, 'mod_vlan_vid:77')))).toBe('certain')
  })
  test('OpenFlow 1.3, with DVR', async () => {
    const newer = edited((l) =>
      l.replace(
        /mod_vlan_vid:(\d+),resubmit\(,10\)/,
        (_, lv: string) => `push_vlan:0x8100,set_field:${Number(lv) + 4096}->vlan_vid,goto_table:9`,
      ),
    )
    expect(await on(id)(newer)).toBe('ruled out')
  })
})

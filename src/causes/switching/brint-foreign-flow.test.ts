import { describe, expect, test } from 'vitest'
import { type Change, changed, flowsOf, ofVm, verdictOn } from '../../../test/changed.ts'

/** The healthy VM: ofport 3, local VLAN 1, segment 3933, br-int's patch 1. */

const id = 'brint-foreign-flow'

const flow = (rule: string, packets = 5, cookie = '0x0', table = 0) =>
  ` cookie=${cookie}, duration=20.1s, table=${table}, n_packets=${packets}, n_bytes=1000, idle_age=2, priority=${ofVm(rule)}`
const adding = (...lines: readonly string[]): Change => flowsOf('comp1', 'br-int', (all) => [...all, ...lines])
const on = async (...changes: readonly Change[]) => verdictOn(await changed('healthy', ...changes), id, 'comp1')

describe('a flow without a cookie', () => {
  test.each([
    ['5000,in_port=3 actions=drop', 'certain'],
    ['5000,udp,in_port=3,tp_dst=67 actions=drop', 'certain'],
    ['5000,arp actions=drop', 'certain'],
    ['5000,in_port=1,dl_vlan=3933 actions=drop', 'certain'],
    // Not this VM's packets: another port, another VLAN, another protocol.
    ['5000,in_port=4 actions=drop', 'ruled out'],
    ['5000,in_port=1,dl_vlan=3934 actions=drop', 'ruled out'],
    ['5000,udp6 actions=drop', 'ruled out'],
    ['5000,tcp,tp_dst=25 actions=drop', 'ruled out'],
    ['5000,dl_vlan=4095 actions=drop', 'ruled out'],
    // The agent's own flow stands above it.
    ['2,in_port=1,dl_vlan=3933 actions=drop', 'ruled out'],
    // It lets them pass: a mirror, or a flow of an emergency.
    ['5000,in_port=3 actions=output:9,NORMAL', 'ruled out'],
    ['5000,in_port=1,dl_vlan=3933 actions=mod_vlan_vid:1,resubmit(,59)', 'ruled out'],
    // Some of the VM's packets, by its name, and they did come.
    ['5000,tcp,in_port=3,tp_dst=25 actions=drop', 'warning'],
    // Perhaps that is where they should go.
    ['5000,in_port=3 actions=output:9', 'possible'],
  ])('%s: %s', async (rule, verdict) => {
    expect(await on(adding(flow(rule)))).toBe(verdict)
  })

  test('that has taken no packet yet is not certain', async () => {
    expect(await on(adding(flow('5000,in_port=3 actions=drop', 0)))).toBe('likely')
  })

  test('in a table of the firewall is told only by its counter, and by whom it names', async () => {
    expect(await on(adding(flow('5000,udp,reg5=0x3,in_port=3 actions=drop', 4, '0x0', 71)))).toBe('certain')
    expect(await on(adding(flow('5000,udp,reg5=0x3,in_port=3 actions=drop', 0, '0x0', 71)))).toBe('ruled out')
    expect(await on(adding(flow('5000,udp actions=drop', 4, '0x0', 71)))).toBe('ruled out')
  })

  test('stops what it takes, and no more', async () => {
    const d = await changed('healthy', adding(flow('5000,arp,in_port=3 actions=drop')))
    const blocked = d.journey.filter((leg) => leg.hops.some((hop) => hop.causes.includes(id)))
    expect(blocked.map((leg) => [leg.conversation, leg.direction])).toEqual([
      ['arp', 'request'],
      // Who pings the gateway has to find it first.
      ['icmp', 'request'],
    ])
  })
})

describe('a flow with another cookie', () => {
  const rule = '5000,in_port=3 actions=drop'
  const cookie = '0xabc'
  const aged: Change = ({ ask, stdout }) =>
    ask.host === 'comp1' && ask.argv[0] === 'ps' ? stdout.replace(/^( *\d+ +\d+ +)\d+/gm, '$15000') : undefined
  const logged =
    (...more: readonly bigint[]): Change =>
    ({ ask, stdout }) =>
      ask.host === 'comp1' && ask.pipe?.[0]?.includes('Reserved cookies for ')
        ? stdout.replaceAll(
            /(for br-int: )\{([\d, ]+)\}/g,
            (_, head: string, list: string) => `${head}{${[list, ...more].join(', ')}}`,
          )
        : undefined
  const silent: Change = ({ ask }) => (ask.pipe?.[0]?.includes('Reserved cookies for ') ? '' : undefined)

  test('is an extension of the agent where the log says so', async () => {
    expect(await on(adding(flow(rule, 5, cookie)), aged, logged(0xabcn))).toBe('ruled out')
  })
  test('is foreign where the log names the others', async () => {
    expect(await on(adding(flow(rule, 5, cookie)), aged, logged())).toBe('likely')
  })
  test('is nobody knows whose where the log is silent, or the agent young', async () => {
    expect(await on(adding(flow(rule, 5, cookie)), aged, silent)).toBe('unknown')
    expect(await on(adding(flow(rule, 5, cookie)), logged())).toBe('unknown')
  })
  test('that asks the agent itself is an extension: DHCP by OpenFlow', async () => {
    const dhcp = [
      flow('101,udp,nw_dst=255.255.255.255,tp_src=68,tp_dst=67 actions=resubmit(,77)', 5, cookie, 60),
      flow('100,udp,in_port=3,tp_src=68,tp_dst=67 actions=CONTROLLER:0', 5, cookie, 77),
      flow('0 actions=drop', 5, cookie, 77),
    ]
    expect(await on(adding(...dhcp), aged, silent)).toBe('ruled out')
  })
})

test("the firewall's rows that an earlier run of the agent has left deliver, and redirect nothing", async () => {
  const stale = flowsOf('comp1', 'br-int', (lines) =>
    lines.map((line) => (/table=(71|72|73|81|82),/.test(line) ? line.replace(/cookie=0x\w+/, 'cookie=0x77') : line)),
  )
  expect(await on(stale)).toBe('ruled out')
})

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Answer } from '../../src/core/answer.ts'
import { type FlowReport, flowVerdict } from '../../src/core/flow-report.ts'
import { compareRows } from '../../src/expected/compare.ts'
import { outboundForm } from '../../src/expected/provider.ts'
import { fromTunnelForm } from '../../src/expected/tunnel.ts'
import { expectFlows } from '../../src/expecting.ts'
import { readBundle } from '../../src/hosts/bundle.ts'
import { replay } from '../../src/hosts/replay.ts'
import { parseFlows } from '../../src/openflow/flow.ts'
import { flowsSchema, flowsToJson } from '../../src/report/flows/schema.ts'
import { renderFlows } from '../../src/report/flows/terminal.ts'

/** The flows that a VM needs, beside what a real cloud had. */

const folder = new URL('../bundles/', import.meta.url)
const names = readdirSync(folder).map((file) => file.replace('.oldhand', ''))

async function flowsIn(name: string, edit: (answer: Answer) => Answer = (answer) => answer): Promise<FlowReport> {
  const bundle = await readBundle(new URL(`${name}.oldhand`, folder).pathname)
  if (!('vm' in bundle.asked)) throw new Error('no VM')
  const found = await expectFlows(bundle.asked.vm, replay({ ...bundle, answers: bundle.answers.map(edit) }))
  if (found.kind !== 'flows') throw new Error(found.kind)
  return found.report
}

const differences = (report: FlowReport) =>
  report.hosts.flatMap(({ host, differences: all }) => all.map((each) => ({ host, ...each })))

/** Where an agent has lost more than can be typed, or never wired the port. */
const torn = [
  'brint-default-flows-missing',
  'ovs-restart-agent-not-recovered',
  'ovs-agent-down',
  'vswitchd-down',
  'ovsdb-unreachable',
  'of-controller-disconnected',
  'rabbitmq-unreachable',
]
const lines: Readonly<Record<string, readonly (readonly [string, RegExp])[]>> = {
  'brint-inbound-translation-missing': [
    [
      'missing',
      /^ovs-ofctl add-flow br-int cookie=0x\w+,table=0,priority=3,in_port=1,dl_vlan=3933,actions=mod_vlan_vid:\d,resubmit\(,59\)$/,
    ],
  ],
  'provider-outbound-translation-missing': [
    [
      'missing',
      /^ovs-ofctl add-flow br0 cookie=0x\w+,table=0,priority=4,in_port=2,dl_vlan=\d,actions=mod_vlan_vid:3933,NORMAL$/,
    ],
  ],
  'provider-translation-wrong-seg': [
    [
      'wrong',
      /^ovs-ofctl --strict mod-flows br0 table=0,priority=4,in_port=2,dl_vlan=\d,actions=mod_vlan_vid:3933,NORMAL$/,
    ],
  ],
  'provider-bridge-flows-wiped': [
    ['missing', / add-flow br0 .*mod_vlan_vid:3933,NORMAL$/],
    ['missing', / add-flow br0 table=0,priority=2,in_port=2,actions=drop$/],
    ['missing', / add-flow br0 table=0,priority=0,actions=NORMAL$/],
  ],
  // NORMAL for everything is there: Open vSwitch's own.
  'fail-mode-or-loop': [
    ['missing', / add-flow br0 .*mod_vlan_vid:3933,NORMAL$/],
    ['missing', / add-flow br0 .*table=0,priority=2,in_port=2,actions=drop$/],
  ],
  // The agent under its new name has parked the port.
  'port-binding-failed-no-agent': [
    ['missing', / add-flow br-int .*dl_vlan=3933,actions=mod_vlan_vid:\d,resubmit\(,59\)$/],
    ['missing', / add-flow br0 .*mod_vlan_vid:3933,NORMAL$/],
  ],
  'brint-foreign-flow': [
    ['foreign', /^ovs-ofctl --strict del-flows br-int table=0,priority=5000,udp,in_port=\d,tp_dst=67$/],
  ],
  'stale-flows-cleanup-not-run': [['foreign', /^ovs-ofctl --strict del-flows br-int table=0,priority=2,in_port=\d+$/]],
  'flood-flow-missing': [
    [
      'missing',
      / add-flow br-tun cookie=0x\w+,table=22,priority=1,dl_vlan=\d,actions=strip_vlan,load:0x\w+->NXM_NX_TUN_ID\[\](,output:\d)+$/,
    ],
  ],
  'tun-inbound-map-missing': [
    [
      'missing',
      / add-flow br-tun cookie=0x\w+,table=4,priority=1,tun_id=0x\w+,actions=mod_vlan_vid:\d,resubmit\(,10\)$/,
    ],
  ],
}
const other = ['ovsfw-port-flows-missing', ...torn]

describe('of a recorded cloud', () => {
  test.each(names.filter((name) => !(name in lines) && !other.includes(name)))(
    '%s: no flow is missing, wrong or foreign',
    async (name) => {
      const report = await flowsIn(name)
      expect(differences(report)).toEqual([])
      expect(Math.min(...report.hosts.map(({ present }) => present.length))).toBeGreaterThan(15)
    },
  )

  test.each(['healthy', 'healthy-vxlan', 'healthy-hybrid'])('%s: all of them were looked at', async (name) => {
    const report = await flowsIn(name)
    expect(report.hosts.map(({ host, unknown }) => [host, unknown])).toEqual(report.hosts.map(({ host }) => [host, []]))
    expect(flowVerdict(report)).toBe('as expected')
  })

  test.each(Object.entries(lines))('%s: the very flow, and the line to type', async (name, expected) => {
    const found = differences(await flowsIn(name))
    expect(found.map(({ host, kind }) => [host, kind])).toEqual(expected.map(([kind]) => ['comp1', kind]))
    for (const [i, [, line]] of expected.entries()) expect(found[i]?.command.join(' ')).toMatch(line)
  })

  test('a port without its firewall flows: each of table 71 is missing, with the VM’s own addresses', async () => {
    const found = differences(await flowsIn('ovsfw-port-flows-missing'))
    expect(found.length).toBe(12)
    expect(found.every(({ kind, expected }) => kind === 'missing' && expected?.startsWith('table=71,'))).toBe(true)
    expect(
      found.some(({ expected }) => /^table=71,priority=65,ip,.*nw_src=10\.19\.43\.\d+,/.test(expected ?? '')),
    ).toBe(true)
  })

  test.each(torn)('%s: what cannot be computed is not known, never fine', async (name) => {
    const report = await flowsIn(name)
    const [host] = report.hosts
    expect(host?.unknown.length).toBeGreaterThan(0)
    expect(flowVerdict(report)).not.toBe('as expected')
  })

  test('a host of OVN is not measured by the flows of another agent', async () => {
    const report = await flowsIn('healthy', (answer) =>
      answer.ask.argv[0] === 'ps' && answer.ask.host === 'comp1'
        ? { ...answer, stdout: `${answer.stdout}\n 9 1 99 S - /usr/bin/ovn-controller unix:/run/openvswitch/db.sock` }
        : answer,
    )
    expect(differences(report)).toEqual([])
    expect(report.hosts.map(({ unknown }) => unknown.length)).toEqual([1, 1])
    expect(flowVerdict(report)).toBe('unknown')
  })

  test('each is said in both languages, and as JSON of the schema', async () => {
    for (const name of ['provider-translation-wrong-seg', 'ovs-agent-down', 'vswitchd-down']) {
      const report = await flowsIn(name)
      const [en, zh] = (['en', 'zh'] as const).map((lang) =>
        renderFlows(report, { lang, color: false, width: 100, verbose: true }),
      )
      for (const { command } of differences(report)) {
        expect(en).toContain(command.at(-1))
        expect(zh).toContain(command.at(-1))
      }
      expect(zh).toMatch(/流表/)
      expect(en).not.toMatch(/\p{Script=Han}/u)
      expect(flowsSchema.parse(flowsToJson(report, 'zh')).hosts.length).toBe(report.hosts.length)
    }
  })
})

const table = (path: string) =>
  parseFlows(readFileSync(new URL(`../recorded/${path}.txt`, import.meta.url), 'utf8'), { host: 'comp1', command: '' })
const why = { en: '', zh: '' }

/** The same flows, as each version of OpenFlow prints them. */
describe.each(['flows', 'flows-13', 'flows-15'])('%s', (print) => {
  const local = (id: number) => ({ id, source: { host: '', command: '', line: '', value: id } })
  const kindsOf = (rows: Parameters<typeof compareRows>[0], path: string) =>
    compareRows(rows, table(`${path}.${print}`)).map(({ kind }) => kind)

  test('translation with distributed routing is in table 2, and to table 9 out of a tunnel', () => {
    const out = outboundForm({ phyPort: '2', segment: 3934, local: local(3) } as never, true)
    expect(kindsOf([{ bridge: 'br0', form: out, why }], 'lab-dvr/comp1/br0')).toEqual(['present'])
    const tunnel = { id: 0x13d, type: 'vxlan', local: local(2) } as never
    expect(kindsOf([{ bridge: 'br-tun', form: fromTunnelForm(tunnel, true), why }], 'lab-dvr/comp1/br-tun')).toEqual([
      'present',
    ])
    expect(kindsOf([{ bridge: 'br-tun', form: fromTunnelForm(tunnel, false), why }], 'lab-dvr/comp1/br-tun')).toEqual([
      'wrong',
    ])
  })

  test('a flood entry may lead to more hosts than the VM needs, not to fewer', () => {
    const actions = (...ports: readonly number[]) =>
      ['strip_vlan', 'set_tunnel:0x13d', ...ports.map((port) => `output:${port}`)].join(',')
    const flood = (...ports: readonly number[]) => ({
      ...{ bridge: 'br-tun', why, enough: actions(...ports) },
      form: { table: 22, priority: 1, match: 'dl_vlan=3', actions: actions(2, 3, 4, 5) },
    })
    expect(kindsOf([flood(3)], 'lab/comp1/br-tun')).toEqual(['present'])
    expect(kindsOf([flood(3, 9)], 'lab/comp1/br-tun')).toEqual(['wrong'])
  })
})

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Traced } from '../../src/core/traced.ts'
import { readBundle } from '../../src/hosts/bundle.ts'
import { replay } from '../../src/hosts/replay.ts'
import { traceSchema, traceToJson } from '../../src/report/trace/schema.ts'
import { renderTrace } from '../../src/report/trace/terminal.ts'
import { type BridgeTexts, traceTexts } from '../../src/trace-texts.ts'
import { type Conversation, traceVm } from '../../src/tracing.ts'

/** `oldhand trace` on what a real cloud printed. */

const bundle = (name: string) => readBundle(new URL(`../bundles/${name}.oldhand`, import.meta.url).pathname)

async function ofVm(name: string, asked: Partial<Conversation> = {}): Promise<Traced> {
  const recorded = await bundle(name)
  if (!('vm' in recorded.asked)) throw new Error('no VM')
  const conversation = { protocol: { kind: 'dhcp' as const }, connections: [], ...asked }
  const outcome = await traceVm(recorded.asked.vm, conversation, replay(recorded))
  if (outcome.kind !== 'traced') throw new Error(outcome.kind)
  return outcome.traced
}

describe('of a VM', () => {
  test.each(['healthy', 'healthy-vxlan', 'healthy-hybrid'])(
    '%s: its request arrives at the DHCP port',
    async (name) => {
      const traced = await ofVm(name)
      expect(traced.outcome).toBe('delivered')
      expect(traced.blockers).toEqual([])
      expect(traced.outputs.some(({ host, port }) => host === 'net1' && port.startsWith('tap'))).toBe(true)
      const firewall = name === 'healthy-hybrid' ? ['connection'] : []
      expect(traced.assumed.map((each) => each.why)).toEqual([...firewall, 'physical-network'])
    },
  )

  test.each([
    ['brint-foreign-flow', { host: 'comp1', bridge: 'br-int', table: 0, cookie: '0x0', actions: 'drop' }],
    ['ovsfw-port-flows-missing', { host: 'comp1', bridge: 'br-int', table: 71, priority: 0 }],
    ['provider-outbound-translation-missing', { host: 'comp1', bridge: 'br0', priority: 2, actions: 'drop' }],
    ['provider-bridge-flows-wiped', { host: 'comp1', bridge: 'br0', table: 0, why: 'no-flow' }],
    ['flood-flow-missing', { host: 'comp1', bridge: 'br-tun', table: 22, priority: 0 }],
    ['nic-not-in-provider-bridge', { host: 'comp1', bridge: 'br0', why: 'no-way-on' }],
  ])('%s: names the flow that drops its request', async (name, block) => {
    const traced = await ofVm(name)
    expect(traced.outcome).toBe('dropped')
    expect(traced.blockers[0]).toMatchObject(block)
  })

  test('behind a hybrid firewall, the rule or the policy of iptables that drops it is named', async () => {
    const traced = await ofVm('hybrid-iptables-chains-missing')
    expect(traced.outcome).toBe('dropped')
    expect(traced.blockers).toEqual([
      expect.objectContaining({ host: 'comp3', chain: 'FORWARD', actions: 'DROP', why: 'iptables-drops' }),
    ])
    expect(traced.steps.every((step) => step.chain !== undefined)).toBe(true)
    expect(renderTrace(traced, { lang: 'en', color: false, width: 120, verbose: false })).toMatch(
      /^DROPPED[^]*Dropped by: comp3 qbr\S+ iptables FORWARD: iptables drops it/,
    )
  })

  test('a packet to the VM passes iptables last', async () => {
    const traced = await ofVm('healthy-hybrid', { protocol: { kind: 'icmp' }, from: '10.19.43.1' })
    expect(traced.outcome).toBe('delivered')
    expect(traced.outputs.some(({ port }) => port.startsWith('qvo'))).toBe(true)
    expect(traced.steps.at(-1)).toMatchObject({ bridge: expect.stringMatching(/^qbr/), actions: 'ACCEPT' })
  })

  test('what conntrack does not know is not let in where no rule says so', async () => {
    const ask = { protocol: { kind: 'tcp', port: 4789 } as const, from: '10.19.43.1' }
    const closed = await ofVm('healthy-hybrid', { ...ask, connections: [['inv']] })
    expect(closed.outcome).toBe('dropped')
    expect(closed.blockers[0]).toMatchObject({ why: 'iptables-drops' })
    expect((await ofVm('healthy-hybrid', { ...ask, connections: [['est', 'rpl']] })).outcome).toBe('delivered')
  })

  test('from the gateway: in by the wire, with the VLAN of the network', async () => {
    const traced = await ofVm('healthy', { protocol: { kind: 'icmp' }, from: '10.19.43.1' })
    expect(traced.outcome).toBe('delivered')
    expect(traced.packet).toContain('dl_vlan=3933')
    expect(traced.assumed).toContainEqual({ why: 'physical-network', about: '… → comp1' })
  })

  test('from a router or a DHCP port: out of its own port, over the hosts', async () => {
    const routed = await ofVm('healthy-vxlan', { protocol: { kind: 'icmp' }, from: '172.16.5.1' })
    expect(routed.outcome).toBe('delivered')
    expect(routed.assumed.map(({ about }) => about)).toContain('net1 → comp1')
    const answer = await ofVm('healthy', { protocol: { kind: 'udp', port: 68 }, from: '10.19.43.2' })
    expect(answer.outcome).toBe('delivered')
    expect(answer.packet).toMatch(/tp_src=67,tp_dst=68$/)
  })

  test('from a VM or address that nobody knows: says so', async () => {
    const recorded = await bundle('healthy-vxlan')
    const asked = { protocol: { kind: 'icmp' as const }, connections: [] }
    const nowhere = await traceVm('vm5', { ...asked, from: '172.16.5.77' }, replay(recorded))
    expect(nowhere).toMatchObject({ kind: 'problem', say: { en: expect.stringContaining('172.16.5.77') } })
    expect((await traceVm('vm5', { ...asked, from: 'vm77' }, replay(recorded))).kind).not.toBe('traced')
  })

  test('a connection goes out as a new one, and that is said', async () => {
    const traced = await ofVm('healthy', { protocol: { kind: 'tcp', port: 443 }, to: '8.8.8.8' })
    expect(traced.outcome).toBe('delivered')
    expect(traced.assumed.map((each) => each.why)).toContain('connection')
    expect(traced.steps.some((step) => step.table === 72)).toBe(true)
  })
})

const file = (path: string) => readFileSync(new URL(`../recorded/lab/comp1/${path}.txt`, import.meta.url), 'utf8')
const bridges = ['br-int', 'br0', 'br-tun']
const texts = (bridge: string, flows: string): BridgeTexts => ({
  flows: file(`${bridge}.${flows}`),
  show: file(`${bridge}.show`),
  fdb: file(`${bridge}.fdb`),
})
const given = (flows: string) => ({
  bridges: new Map(bridges.map((bridge) => [bridge, texts(bridge, flows)])),
  ovsdb: file('host.ovsdb'),
})
const ask = (flows: string, packet: string): Traced => {
  const result = traceTexts(given(flows), { bridge: 'br-int', packet, connections: [] })
  if (!result.ok) throw new Error(result.problem.en)
  return result.fact
}
const guard = /priority=80,udp,reg5=0x\w+,in_port=(\d+),dl_src=([0-9a-f:]+)/.exec(file('br-int.flows')) ?? []
const discover = (mac = guard[2]) =>
  `in_port=${guard[1]},udp,dl_src=${mac},dl_dst=ff:ff:ff:ff:ff:ff,nw_src=0.0.0.0,nw_dst=255.255.255.255,tp_src=68,tp_dst=67`

describe('of files', () => {
  test.each(['flows-13', 'flows-15', 'flows-names'])('%s: every spelling of a dump gives the same way', (spelling) => {
    const way = ({ outcome, steps, outputs }: Traced) => [
      outcome,
      steps.map((s) => [s.bridge, s.table, s.priority]),
      outputs,
    ]
    expect(way(ask(spelling, discover()))).toEqual(way(ask('flows', discover())))
  })

  test('leaves by the NIC, with the VLAN of its network', () => {
    const { outcome, outputs } = ask('flows', discover())
    expect(outcome).toBe('delivered')
    expect(outputs.some(({ port, packet }) => port === 'eth1' && /dl_vlan=393[34]/.test(packet))).toBe(true)
  })

  test('a MAC that is not the port’s meets the firewall, by the flow that decides it', () => {
    const traced = ask('flows', discover('fa:16:3e:00:00:99'))
    expect(traced.outcome).toBe('dropped')
    expect(traced.blockers[0]).toMatchObject({ bridge: 'br-int', table: 71, priority: 10 })
  })

  test('is printed in both languages, and as JSON that keeps its schema', () => {
    const traced = ask('flows', discover('fa:16:3e:00:00:99'))
    const options = { color: false, width: 120, verbose: false }
    expect(renderTrace(traced, { lang: 'en', ...options })).toMatch(/^DROPPED[^]*Dropped by: br-int table 71/)
    expect(renderTrace(traced, { lang: 'zh', ...options })).toMatch(/^丢弃[^]*丢弃位置：br-int 表 71/)
    expect(() => traceSchema.parse(JSON.parse(JSON.stringify(traceToJson(traced))))).not.toThrow()
  })

  test('without the ports nobody says what NORMAL does', () => {
    const result = traceTexts(
      { bridges: new Map([['br-int', { flows: file('br-int.flows') }]]) },
      { bridge: 'br-int', packet: discover(), connections: [] },
    )
    expect(result).toMatchObject({ ok: true, fact: { outcome: 'inconclusive' } })
  })

  test.each([
    ['in_port=1,nonsense', '"nonsense"'],
    ['in_port=tap-nowhere', 'its ports: '],
  ])('%s: says what it did not understand', (packet, words) => {
    const result = traceTexts(given('flows'), { bridge: 'br-int', packet, connections: [] })
    expect(result.ok ? '' : result.problem.en).toContain(words)
  })
})

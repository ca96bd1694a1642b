import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pipelineForms } from '../../src/expected/pipeline.ts'
import { filteredForms } from '../../src/expected/port-firewall.ts'
import { spoofingForms } from '../../src/expected/port-spoofing.ts'
import { inboundForm, outboundForm } from '../../src/expected/provider.ts'
import { flowText, type Form } from '../../src/expected/row.ts'
import { formsOf } from '../../src/expected/rules.ts'
import { maskedPorts } from '../../src/expected/port-range.ts'
import { traceTexts } from '../../src/trace-texts.ts'

/**
 * The expected flows of every release, alone in the bridges: they have to do what they are there for. Ports and their
 * numbers are those of a recorded host.
 */

const recorded = (path: string) => readFileSync(new URL(`../recorded/lab/comp1/${path}.txt`, import.meta.url), 'utf8')
const vm = { ofport: 3, local: 2, mac: 'fa:16:3e:ad:c9:61', ip: '10.19.43.55', wire: 3933 }
const port = { ...vm, pairs: [{ mac: vm.mac, ip: vm.ip }] }
const local = { id: vm.local, source: { host: '', command: '', line: '', value: vm.local } }
const translation = { intPort: '1', phyPort: '2', segment: vm.wire, local } as never
const ping = { direction: 'ingress', ethertype: 'IPv4', protocol: 'icmp' } as const
const out = { direction: 'egress', ethertype: 'IPv4' } as const
const nextOf = (release: number) => (release < 20 ? 60 : release < 23 ? 59 : 58)

function formsOfRelease(major: number, firewall: 'openvswitch' | 'iptables_hybrid'): readonly Form[] {
  const [span, next] = [{ from: major, to: major }, nextOf(major)]
  const filters = firewall === 'openvswitch'
  const ofPort = filters ? filteredForms(port, span) : spoofingForms(port, span, next)
  const rules = filters ? [ping, out].flatMap((rule) => formsOf(rule as never, vm.ofport)) : []
  return [
    ...pipelineForms(span, next, filters).map(({ form }) => form),
    ...ofPort.map(({ form }) => form),
    ...rules,
    inboundForm(translation, next),
  ]
}

const asText = (forms: readonly Form[]) => `${forms.map(flowText).join('\n')}\n`

function traced(forms: readonly Form[], at: { bridge: string; packet: string }) {
  const wiring = [outboundForm(translation, false), { table: 0, priority: 0, match: '', actions: 'NORMAL' }]
  const bridges = new Map([
    ['br-int', { flows: asText(forms), show: recorded('br-int.show') }],
    ['br0', { flows: asText(wiring), show: recorded('br0.show') }],
  ])
  const result = traceTexts({ bridges, ovsdb: recorded('host.ovsdb') }, { ...at, connections: [] })
  if (!result.ok) throw new Error(result.problem.en)
  return result.fact
}

const releases = Array.from({ length: 17 }, (_, i) => 12 + i)
const fromVm = (packet: string) => ({ bridge: 'br-int', packet: `in_port=${vm.ofport},dl_src=${vm.mac},${packet}` })
const fromWire = (packet: string) => ({
  bridge: 'br-int',
  packet: `in_port=1,dl_vlan=${vm.wire},dl_src=fa:16:3e:00:00:99,dl_dst=${vm.mac},${packet}`,
})
const request = 'dl_dst=ff:ff:ff:ff:ff:ff,udp,nw_src=0.0.0.0,nw_dst=255.255.255.255,tp_src=68,tp_dst=67'
const arp = (spa: string) => `dl_dst=ff:ff:ff:ff:ff:ff,arp,arp_op=1,arp_spa=${spa},arp_tpa=10.19.43.1`

describe.each(releases)('Neutron %i', (major) => {
  test.each(['openvswitch', 'iptables_hybrid'] as const)('with %s the VM asks and is heard on the wire', (firewall) => {
    const forms = formsOfRelease(major, firewall)
    for (const packet of [request, arp(vm.ip)]) {
      const { outputs } = traced(forms, fromVm(packet))
      expect(outputs.some((o) => o.bridge === 'br0' && o.packet.includes('dl_vlan=3933'))).toBe(true)
    }
    const { outputs } = traced(forms, fromVm(arp('10.19.43.99')))
    expect(outputs.filter((o) => o.bridge === 'br0')).toEqual([])
  })

  test('with openvswitch an OFFER and an allowed ping come in, other connections do not', () => {
    const forms = formsOfRelease(major, 'openvswitch')
    const arrives = (packet: string) => traced(forms, fromWire(packet)).outputs.map((o) => o.ofport)
    expect(arrives(`udp,nw_src=10.19.43.2,nw_dst=${vm.ip},tp_src=67,tp_dst=68`)).toEqual([vm.ofport])
    expect(arrives(`icmp,nw_src=10.19.43.2,nw_dst=${vm.ip},icmp_type=8`)).toEqual([vm.ofport])
    expect(arrives(`tcp,nw_src=10.19.43.2,nw_dst=${vm.ip},tp_src=4000,tp_dst=22`)).toEqual([])
  })

  test('ovs-ofctl takes every line', () => {
    const folder = mkdtempSync(join(tmpdir(), 'oldhand-flows-'))
    try {
      const file = join(folder, 'flows')
      const forms = [...formsOfRelease(major, 'openvswitch'), ...formsOfRelease(major, 'iptables_hybrid')]
      writeFileSync(file, asText(forms))
      const read = execFileSync('ovs-ofctl', ['parse-flows', file], { encoding: 'utf8' })
      expect(read.split('\n').filter((line) => line.includes('FLOW_MOD')).length).toBe(forms.length)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('rules of security groups', () => {
  const rule = (more: object) => ({ direction: 'ingress', ethertype: 'IPv4', ...more }) as never
  const heads = (more: object) =>
    formsOf(rule(more), 3).map(({ table, priority, match }) => `${table} ${priority} ${match}`)

  test('the more a rule says, the higher it stands', () => {
    expect(heads({})[0]).toBe('82 74 ct_state=+est-rel-rpl,ip,reg5=0x3')
    expect(heads({ protocol: 'icmp' })[0]).toBe('82 75 ct_state=+est-rel-rpl,icmp,reg5=0x3')
    expect(heads({ protocol: 'icmp', portMin: 8 })[0]).toBe('82 76 ct_state=+est-rel-rpl,icmp,reg5=0x3,icmp_type=8')
    expect(heads({ protocol: 'tcp', portMin: 22, portMax: 22, prefix: '10.0.0.0/8' })[0]).toBe(
      '82 77 ct_state=+est-rel-rpl,tcp,reg5=0x3,nw_src=10.0.0.0/8,tp_dst=22',
    )
  })

  test('a range of ports takes as few flows as it can', () => {
    expect(maskedPorts(80, 87)).toEqual(['0x0050/0xfff8'])
    expect(maskedPorts(1, 4)).toEqual(['1', '0x0002/0xfffe', '4'])
    expect(maskedPorts(1, 65535).length).toBe(16)
    expect(heads({ protocol: 'udp', portMin: 1000, portMax: 2000 }).length).toBe(2 * maskedPorts(1000, 2000).length)
  })
})

import { expect, test } from 'vitest'
import { type AnyNeed, fact, type FactOf, type Parsed, problem } from './core/probe.ts'
import type { Subject } from './core/subject.ts'
import { limitsOf, outOfScope } from './scope.ts'

/** Ports that are not wired as ML2/OVS wires them: every cause would be a false alarm. */

const subject = { compute: 'comp1' } as unknown as Subject
const port = (vifType: string) => ({ port: { adminUp: true, status: 'ACTIVE', vifType } })
const agent = (binary: string) => ({ agents: new Map([['comp1', fact({ agents: [{ binary }] })]]) })
const process = (args: string) => ({ processes: { all: [{ args }] } })
const bridge = (name: string) => ({ vif: { attached: true, bridge: { name } } })

const reading =
  (known: Readonly<Record<string, unknown>>) =>
  <N extends AnyNeed>(need: N) =>
    (need.id in known ? fact(known[need.id]) : problem('not read')) as Parsed<FactOf<N>>

test.each([
  ['OVN, by Neutron', agent('ovn-controller'), /OVN/],
  ['OVN, by its process', process('/usr/bin/ovn-controller unix:/run/db.sock'), /OVN/],
  ['SR-IOV', port('hw_veb'), /hw_veb/],
  ['a trunk', bridge('tbr-1a2b3c4d-5'), /trunk/],
])('%s', (_, known, words) => {
  expect(outOfScope(subject, reading(known))?.en).toMatch(words)
})

test.each([
  ['nothing known', {}],
  ['a port on br-int', { ...port('ovs'), ...bridge('br-int'), ...agent('neutron-openvswitch-agent') }],
  ['DPDK', port('vhostuser')],
  ['a port that could not be bound', port('binding_failed')],
])('%s is judged', (_, known) => {
  expect(outOfScope(subject, reading(known))).toBeUndefined()
})

test.each([
  ['local', 1],
  ['cisco_vxlan', 1],
  ['flat', 0],
  ['geneve', 0],
])('a network of type %s: that its way is not known is said %i times', (type, times) => {
  const own = { ...subject, fromApi: true, network: { id: '', name: '', segment: { type } } }
  const said = limitsOf(own, reading({})).filter((s) => s.en.includes(`type ${type}:`) && s.zh.includes(type))
  expect(said).toHaveLength(times)
})

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Traced } from '../../src/core/traced.ts'
import { type BridgeTexts, traceTexts } from '../../src/trace-texts.ts'

/** Dumps that people showed in public, traced offline: the answer is what they found in the end. */

const flows = (name: string) => readFileSync(new URL(`../recorded/reports/${name}.flows.txt`, import.meta.url), 'utf8')

function traced(bridge: string, texts: BridgeTexts, packet: string): Traced {
  const result = traceTexts({ bridges: new Map([[bridge, texts]]) }, { bridge, packet, connections: [] })
  if (!result.ok) throw new Error(result.problem.en)
  return result.fact
}

const DISCOVER = 'udp,dl_dst=ff:ff:ff:ff:ff:ff,nw_src=0.0.0.0,nw_dst=255.255.255.255,tp_src=68,tp_dst=67'

// https://github.com/Annie-XIE/summary-os/blob/master/test-blog.md (2015): the VM's port had no VLAN tag.
test('a VM without a tag: the provider bridge drops what comes untagged', () => {
  const untagged = traced('xapi3', { flows: flows('xapi3') }, `in_port=2,${DISCOVER}`)
  expect(untagged.outcome).toBe('dropped')
  expect(untagged.blockers[0]).toMatchObject({ table: 0, priority: 2, match: 'in_port=2', actions: 'drop' })
  const tagged = traced('xapi3', { flows: flows('xapi3') }, `in_port=2,dl_vlan=1,${DISCOVER}`)
  expect(tagged.steps[0]).toMatchObject({ priority: 4, actions: 'mod_vlan_vid:1041,NORMAL' })
})

// https://platform9.com/kb/openstack/instance-unreachable-from-separate-hypervisor-ovs-vlan-stale; its flows are those
// of the trace that it prints, and of the ports it names one.
test('a flow that outlived its port: output to a port that is gone', () => {
  const show = ' 406(qvo406): addr:00:00:00:00:00:00\n     config:     0\n     state:      0\n'
  const packet = 'in_port=406,dl_src=fa:16:3e:38:bb:86,dl_dst=fa:16:3e:7b:ee:62'
  const known = traced('br-int', { flows: flows('br-int-stale'), show }, packet)
  expect(known.steps.map((step) => [step.table, step.priority])).toEqual([
    [0, 0],
    [60, 9],
    [61, 12],
  ])
  expect(known.outcome).toBe('dropped')
  expect(known.blockers[0]).toMatchObject({ table: 61, why: 'no-such-port', about: '775', actions: 'output:775' })
  // Who does not know the ports cannot say that one is missing.
  expect(traced('br-int', { flows: flows('br-int-stale') }, packet).outputs).toMatchObject([{ ofport: 775 }])
})

// https://github.com/noironetworks/opflex/pull/6 (2018): the cure was to give one of the two another priority.
test('two flows of one priority: nobody can say which is taken', () => {
  const both = traced('br', { flows: flows('opflex') }, `in_port=1,dl_vlan=4094,${DISCOVER}`)
  expect(both.outcome).toBe('inconclusive')
  expect(both.assumed).toMatchObject([{ why: 'equal-priority' }])
  const cured = flows('opflex').replace('priority=200,udp,in_port=1,dl_vlan', 'priority=201,udp,in_port=1,dl_vlan')
  const one = traced('br', { flows: cured }, `in_port=1,dl_vlan=4094,${DISCOVER}`)
  expect(one.steps[0]).toMatchObject({ priority: 201 })
  expect(one.assumed).toEqual([])
})

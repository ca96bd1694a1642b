import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseFlows } from '../openflow/flow.ts'
import { parseShow } from '../openflow/show.ts'
import { matchedVlan, rewrittenVlan } from '../openflow/vlan.ts'
import { parseConfig } from './agents/config.ts'

/** What the field guide's own cloud printed in 2018 (Queens, CentOS 7). */
const recorded = (name: string) => readFileSync(new URL(`recorded/guide-2018/${name}.txt`, import.meta.url), 'utf8')
const origin = { host: 'server-96', command: 'as in the guide' }

test("the guide's flows translate 1 to 3933 on br0, and 3933 to 1 on br-int", () => {
  const { flows, unrecognised } = parseFlows(recorded('dump-flows'), origin)
  expect(unrecognised).toEqual([])
  const [out, back] = flows
  expect([out?.match.get('in_port'), out && matchedVlan(out), out && rewrittenVlan(out)]).toEqual(['2', 1, 3933])
  expect([back?.match.get('in_port'), back && matchedVlan(back), back && rewrittenVlan(back)]).toEqual(['1', 3933, 1])
  expect(out).toMatchObject({ table: 0, priority: 4, packets: 72337, idle: 0, cookie: '0x906858904127f7ac' })
})

test("the guide's br0 has bond2 as port 1 and its patch as port 2", () => {
  const ports = parseShow(recorded('ovs-ofctl-show-br0'), origin)
  expect(ports.map((p) => [p.ofport, p.name, p.config, p.state])).toEqual([
    ['1', 'bond2', '0', '0'],
    ['2', 'phy-br0', '0', '0'],
    ['LOCAL', 'br0', '0', '0'],
  ])
})

test("the guide's bridge_mappings is read as it stands, with its space before the equals sign", () => {
  const file = '/etc/neutron/plugins/ml2/openvswitch_agent.ini'
  const { options } = parseConfig(`${file}:[ovs]\n${file}:${recorded('bridge-mappings')}`, [file], origin)
  expect(options.get('ovs/bridge_mappings')?.value).toBe('physnet1:br0')
})

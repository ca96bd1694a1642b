import type { Switch } from '../../src/openflow/bridge.ts'
import { buildSwitch, type PortSettings } from '../../src/openflow/build.ts'
import { parseFlows } from '../../src/openflow/flow.ts'
import type { Port, World } from '../../test/oracle/world.ts'
import type { LargeTable } from './large-table.ts'
import { recordedFlows } from './recorded.ts'
import { type Member, template } from './template.ts'

const origin = { host: 'bench', command: 'ovs-ofctl dump-flows' }
export const GATEWAY = 'fa:16:3e:bf:1d:3a'

/**
 * The two bridges of a host with a large table, for Open vSwitch to make. Only some of the ports are there: its daemon
 * looks after all ports between any two questions, which is no part of a trace.
 */
export function worldOf({ text, members }: LargeTable, present: readonly Member[]): World {
  const networks = [...new Map(members.map((member) => [member.vlan, member])).values()]
  return {
    bridges: [
      {
        name: 'br-int',
        ports: [{ name: 'int-br0', ofport: 1, peer: 'phy-br0' }, ...present.map(tapOf)],
        flows: linesOf(text),
      },
      {
        name: 'br0',
        ports: [
          { name: 'nic9001', ofport: 1 },
          { name: 'phy-br0', ofport: 2, peer: 'int-br0' },
        ],
        flows: providerFlows(networks),
      },
    ],
    fdb: [
      ...present.map(({ ofport, vlan, mac }) => ({ bridge: 'br-int', port: `tap${ofport}`, vlan, mac })),
      ...networks.map(({ vlan }) => ({ bridge: 'br-int', port: 'int-br0', vlan, mac: GATEWAY })),
      ...networks.map(({ segment }) => ({ bridge: 'br0', port: 'nic9001', vlan: segment, mac: GATEWAY })),
    ],
  }
}

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '')
const tapOf = ({ ofport, vlan }: Member) => ({ name: `tap${ofport}`, ofport, tag: vlan })

export function providerFlows(networks: readonly Member[]): readonly string[] {
  const lines = recordedFlows('comp1', 'br0').slice(1)
  const [, vlan, segment] =
    lines.map((line) => /dl_vlan=(\d+) actions=mod_vlan_vid:(\d+)/.exec(line)).find(Boolean) ?? []
  const own = { ofport: -1, mac: 'none', ip: 'none', vlan: Number(vlan), segment: Number(segment), conjunctions: 0 }
  const isNetwork = (line: string) => line.includes('mod_vlan_vid')
  return [
    ...lines.filter((line) => !isNetwork(line)),
    ...lines
      .filter((line) => line.includes(`dl_vlan=${vlan} actions=mod_vlan_vid:${segment},`))
      .flatMap((line) => networks.map(template(line, own))),
  ]
}

/** Each bridge has a port of its own name. */
const LOCAL = 0xfffe

/** The same bridges as our tracer takes them. */
export function switchOf({ bridges, fdb = [] }: World): Switch {
  return buildSwitch(
    bridges.map(({ name, ports, flows }) => {
      const all = [...ports, { name, ofport: LOCAL }]
      const numbers = new Map(all.map((port) => [port.name, String(port.ofport)]))
      return {
        name,
        flows: parseFlows(`${flows.join('\n')}\n`, origin),
        settings: { name, ports: all.map(settingsOf) },
        learned: fdb
          .filter((entry) => entry.bridge === name)
          .map(({ port, vlan, mac }) => ({
            port: numbers.get(port) ?? '',
            vlan,
            mac,
            age: 0,
            source: { ...origin, value: '', line: '' },
          })),
      }
    }),
  )
}

const settingsOf = ({ name, ofport, tag, peer }: Port): PortSettings => ({
  name,
  trunks: [],
  otherConfig: new Map(),
  interfaces: [
    {
      name,
      ofport,
      type: peer === undefined ? '' : 'patch',
      options: new Map(peer === undefined ? [] : [['peer', peer]]),
    },
  ],
  ...(tag === undefined ? {} : { tag }),
})

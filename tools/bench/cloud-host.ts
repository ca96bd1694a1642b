import type { Bridge, Switch } from '../../src/openflow/bridge.ts'
import { type Uplink, uplinkOf } from './legs.ts'
import { providerFlows, switchOf } from './bridges.ts'
import { groupOf, isFaulty, memberOf, networks, peersOf, serversOf, vmsOf } from './cloud-plan.ts'
import { flowsOf, peerFlowsOf } from './large-table.ts'
import { recordedFlows } from './recorded.ts'
import { type Member, template } from './template.ts'

/** A host of the made-up cloud, read from the text of its flow tables. */
export interface Host {
  readonly bridges: Switch
  readonly integration: Bridge
  readonly uplink: Uplink
  readonly flows: number
  /** Length of its tables' text. */
  readonly bytes: number
}

export function computeHost(host: number): Host {
  const vms = vmsOf(host)
  const members = vms.map(memberOf)
  const lost = vms.filter(isFaulty).map((vm) => `dl_src=${memberOf(vm).mac},nw_src=0.0.0.0,`)
  const flows = flowsOf(members, peerFlows(host)).filter((line) => !lost.some((words) => line.includes(words)))
  return hostWith(members, flows)
}

/** Hosts of one group whose VLANs are numbered alike have the same: kept, as to make a cloud up is not what is measured. */
let kept = { group: -1, flows: new Map<number, readonly string[]>() }

function peerFlows(host: number): readonly string[] {
  const [group, order] = [groupOf(host), host % networks.length]
  if (kept.group !== group) kept = { group, flows: new Map() }
  const flows = kept.flows.get(order) ?? peerFlowsOf(peersOf(host))
  kept.flows.set(order, flows)
  return flows
}

export function networkNode(group: number): Host {
  const members = networks.flatMap((network) => Object.values(serversOf(group, network)))
  return hostWith(members, nodeFlows(members))
}

function hostWith(members: readonly Member[], flows: readonly string[]): Host {
  const served = [...new Map(members.map((member) => [member.vlan, member])).values()]
  const provider = providerFlows(served)
  const bridges = switchOf({
    bridges: [
      {
        name: 'br-int',
        ports: [
          { name: 'int-br0', ofport: 1, peer: 'phy-br0' },
          ...members.map(({ ofport, vlan }) => ({ name: `tap${ofport}`, ofport, tag: vlan })),
        ],
        flows,
      },
      {
        name: 'br0',
        ports: [
          { name: 'eth1', ofport: 1 },
          { name: 'phy-br0', ofport: 2, peer: 'int-br0' },
        ],
        flows: provider,
      },
    ],
    fdb: members.map(({ ofport, vlan, mac }) => ({ bridge: 'br-int', port: `tap${ofport}`, vlan, mac })),
  })
  const [integration, uplink] = [bridges.get('br-int'), uplinkOf(bridges)]
  if (!integration || !uplink) throw new Error('a host without a way out')
  const lines = [...flows, ...provider]
  const bytes = lines.reduce((sum, line) => sum + line.length + 1, 0)
  return { bridges, integration, uplink, flows: lines.length, bytes }
}

/** The integration bridge of a network node: what is recorded of one port and one network stands there for each. */
function nodeFlows(members: readonly Member[]): readonly string[] {
  const lines = recordedFlows('net1', 'br-int').slice(1)
  const own = recordedServer(lines)
  const isNetwork = (line: string) => /in_port=1,dl_vlan=/.test(line)
  const isPort = (line: string) => /(in_port=\d+ actions=load|reg5=0x\w+ actions)/.test(line)
  const templates = (takes: (line: string) => boolean) => lines.filter(takes).map((line) => template(line, own))
  const ofNetwork = templates((line) => isNetwork(line) && line.includes(`dl_vlan=${own.segment} `))
  const ofPort = templates((line) => new RegExp(`in_port=${own.ofport} |reg5=0x${own.ofport.toString(16)} `).test(line))
  const served = [...new Map(members.map((member) => [member.vlan, member])).values()]
  return [
    ...lines.filter((line) => !isNetwork(line) && !isPort(line)),
    ...served.flatMap((member) => ofNetwork.map((write) => write(member))),
    ...members.flatMap((member) => ofPort.map((write) => write(member))),
  ]
}

/** The first port of the recorded node that is on a network with a VLAN. */
function recordedServer(lines: readonly string[]): Member {
  for (const line of lines) {
    const [, ofport, zone = ''] = /in_port=(\d+) actions=load:0x\w+->NXM_NX_REG5\[\],load:0x(\w+)->/.exec(line) ?? []
    const vlan = Number.parseInt(zone, 16)
    const wire = lines
      .map((other) => new RegExp(`dl_vlan=(\\d+) actions=mod_vlan_vid:${vlan},`).exec(other))
      .find(Boolean)
    if (ofport !== undefined && wire)
      return { ofport: Number(ofport), mac: 'none', ip: 'none', vlan, segment: Number(wire[1]), conjunctions: 0 }
  }
  throw new Error('no port of a network node is recorded')
}

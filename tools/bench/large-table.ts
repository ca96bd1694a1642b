import { recordedFlows } from './recorded.ts'
import { type Member, template } from './template.ts'

/** Ports of a network on one host. */
const NETWORK = 20

export interface LargeTable {
  /** What `ovs-ofctl dump-flows br-int` would print, without its header. */
  readonly text: string
  readonly flows: number
  readonly members: readonly Member[]
}

/**
 * The integration bridge of a host with the openvswitch firewall and many ports: what is recorded of one port stands
 * there for each, what is recorded of one network for each network, and all else once.
 */
export function largeTable(ports: number): LargeTable {
  const members = Array.from({ length: ports }, (_, i) => memberOf(i))
  const lines = flowsOf(members)
  return { text: `${lines.join('\n')}\n`, flows: lines.length, members }
}

/** The flows of an integration bridge with these ports. `peers`: those for all that are in their security groups. */
export function flowsOf(members: readonly Member[], peers = peerFlowsOf(members)): readonly string[] {
  const { common, ofNetwork, ofPort } = recordedParts()
  const networks = new Map(members.map((member) => [member.vlan, member]))
  return [
    ...common,
    ...[...networks.values()].flatMap((member) => ofNetwork.map((write) => write(member))),
    ...members.flatMap((member) => ofPort.map((write) => write(member))),
    ...peers,
  ]
}

export const peerFlowsOf = (peers: readonly Member[]): readonly string[] =>
  peers.flatMap((member) => recordedParts().ofPeer.map((write) => write(member)))

function memberOf(i: number): Member {
  const network = Math.floor(i / NETWORK)
  const bytes = [(i >> 8) & 255, i & 255].map((byte) => byte.toString(16).padStart(2, '0'))
  return {
    ofport: 3 + i,
    mac: `fa:16:3e:a0:${bytes.join(':')}`,
    ip: `10.${100 + (network >> 8)}.${network & 255}.${10 + (i % NETWORK)}`,
    vlan: 1 + network,
    segment: 1000 + network,
    conjunctions: 32 * network,
  }
}

interface Parts {
  readonly common: readonly string[]
  readonly ofNetwork: readonly ((member: Member) => string)[]
  readonly ofPort: readonly ((member: Member) => string)[]
  readonly ofPeer: readonly ((member: Member) => string)[]
}

let parts: Parts | undefined

function recordedParts(): Parts {
  parts ??= partsOf(recordedFlows('comp1', 'br-int').slice(1))
  return parts
}

function partsOf(lines: readonly string[]): Parts {
  const ports = recordedMembers(lines)
  const own = ports.find((port) => port.segment > 0)
  if (!own) throw new Error('no port of a network with a VLAN is recorded')
  // Of the addresses in the security group of a port only its own stands for others.
  const isPeer = (line: string) => /nw_src=[\d.]+ actions=conjunction/.test(line)
  const isOf = ({ ofport, mac }: Member, line: string) =>
    new RegExp(`in_port=${ofport}\\b|reg5=0x${ofport.toString(16)}\\b|${mac}`).test(line)
  const isNetwork = (line: string) => /in_port=1,dl_vlan=/.test(line)
  const templates = (takes: (line: string) => boolean) => lines.filter(takes).map((line) => template(line, own))
  return {
    common: lines.filter((line) => !isNetwork(line) && !isPeer(line) && !ports.some((port) => isOf(port, line))),
    ofNetwork: templates((line) => isNetwork(line) && line.includes(`dl_vlan=${own.segment} actions=`)),
    ofPort: templates((line) => isOf(own, line)),
    ofPeer: templates((line) => isPeer(line) && isMember(line, own)),
  }
}

const isMember = (line: string, { vlan, ip }: Member) => line.includes(`reg6=0x${vlan.toString(16)},nw_src=${ip} `)

/** Each port is let do ARP with its own address: the flow for it names all that is the port's own. */
function recordedMembers(lines: readonly string[]): readonly Member[] {
  return lines.flatMap((line) => {
    const [, port, mac = '', ip = ''] = /in_port=(\d+),dl_src=([\da-f:]{17}),arp_spa=([\d.]+) /.exec(line) ?? []
    if (port === undefined) return []
    const zone = lines
      .map((other) => new RegExp(`in_port=${port} .*load:0x(\\w+)->NXM_NX_REG6`).exec(other))
      .find(Boolean)
    const vlan = Number.parseInt(zone?.[1] ?? '0', 16)
    const wire = lines
      .map((other) => new RegExp(`dl_vlan=(\\d+) actions=mod_vlan_vid:${vlan},`).exec(other))
      .find(Boolean)
    return [{ ofport: Number(port), mac, ip, vlan, segment: Number(wire?.[1] ?? 0), conjunctions: 0 }]
  })
}

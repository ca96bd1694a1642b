import { say } from '../core/lang.ts'
import { derived, fact, maybe, type Parsed, problem } from '../core/probe.ts'
import { patchPair } from '../probes/wiring/patch-pair.ts'
import { portNumber } from '../probes/wiring/provider.ts'
import {
  isNeeded,
  type Peer,
  type Peers,
  peers,
  portTo,
  tunnelFlows,
  type TunnelFlows,
} from '../probes/wiring/tunnel.ts'
import { distributed } from './distributed.ts'
import { flow, type Form, type Row } from './row.ts'

/** Through br-tun: local VLAN ⇄ VNI, and the ports to the hosts that the VM needs (native/br_tun.py). */
export const tunnelRows = derived({
  id: 'expected-tunnel',
  needs: { tunnel: tunnelFlows, pair: patchPair, peers: maybe(peers), distributed },
  derive({ tunnel, pair, peers: known, distributed: dvr }): Parsed<readonly Row[]> {
    const patch = portNumber(pair.end)
    if (patch === undefined)
      return problem(`no patch port from ${pair.farName} to br-int`, `${pair.farName} 上没有通往 br-int 的 patch 口`)
    const flood = known.ok ? floodPorts(tunnel, known.fact) : { all: [], needed: [] }
    return fact([
      ...way(tunnel, patch, dvr).map((form) => ({ bridge: tunnel.bridge.name, form, why: whyWay })),
      { bridge: tunnel.bridge.name, form: fromTunnelForm(tunnel, dvr), why: whyIn },
      ...(flood.needed.length > 0 ? [floodRow(tunnel, flood)] : []),
    ])
  },
})

interface Flood {
  /** To every host that the agent floods to: with l2population to those with ports of the network alone. */
  readonly all: readonly string[]
  readonly needed: readonly string[]
}

function floodPorts({ ports }: TunnelFlows, { all, onDemand }: Peers): Flood {
  const to = (peers: readonly Peer[]) =>
    peers.flatMap(({ ip }) => portNumber(ip === undefined ? undefined : portTo(ports, ip)) ?? [])
  const active = all.filter((peer) => peer.active)
  return {
    all: onDemand ? to(active) : ports.flatMap((port) => portNumber(port) ?? []),
    needed: to(active.filter(isNeeded)),
  }
}

const floodRow = (tunnel: TunnelFlows, { all, needed }: Flood): Row => ({
  ...{ bridge: tunnel.bridge.name, why: whyOut },
  form: flow(22, 1, `dl_vlan=${tunnel.local.id}`, flooding(tunnel, all)),
  enough: flooding(tunnel, needed),
})

const flooding = ({ id }: TunnelFlows, ports: readonly string[]) =>
  ['strip_vlan', `load:0x${id.toString(16)}->NXM_NX_TUN_ID[]`, ...inOrder(ports).map((port) => `output:${port}`)].join(
    ',',
  )

const inOrder = (ports: readonly string[]) => ports.toSorted((a, b) => Number(a) - Number(b))

const UNICAST = 'dl_dst=00:00:00:00:00:00/01:00:00:00:00:00'
const MULTICAST = 'dl_dst=01:00:00:00:00:00/01:00:00:00:00:00'
/** Table of each type of tunnel (neutron_lib, ovs_constants.py, TUN_TABLE). */
const ENTRY: Readonly<Record<string, number>> = { gre: 3, vxlan: 4, geneve: 6 }

function way(tunnel: TunnelFlows, patch: string, dvr: boolean): readonly Form[] {
  const entry = ENTRY[tunnel.type] ?? 4
  const ports = tunnel.ports.flatMap((port) => portNumber(port) ?? [])
  return [
    flow(0, 1, `in_port=${patch}`, `resubmit(,${dvr ? 1 : 2})`),
    ...ports.map((port) => flow(0, 1, `in_port=${port}`, `resubmit(,${entry})`)),
    flow(0, 0, '', 'drop'),
    ...(dvr ? [flow(1, 0, '', 'resubmit(,2)'), flow(9, 0, '', 'resubmit(,10)')] : []),
    flow(2, 0, UNICAST, 'resubmit(,20)'),
    flow(2, 0, MULTICAST, 'resubmit(,22)'),
    flow(entry, 0, '', 'drop'),
    flow(10, 1, '', `${learn(tunnel)},output:${patch}`),
    flow(20, 0, '', 'resubmit(,22)'),
    flow(22, 0, '', 'drop'),
  ]
}

/** For what a tunnel brings: its ID becomes the local VLAN. */
export const fromTunnelForm = ({ id, type, local }: TunnelFlows, dvr: boolean): Form =>
  flow(ENTRY[type] ?? 4, 1, `tun_id=0x${id.toString(16)}`, `mod_vlan_vid:${local.id},resubmit(,${dvr ? 9 : 10})`)

/** Where a packet came from is where answers go to: written into table 20, under the agent's own cookie. */
const learn = ({ table }: TunnelFlows) =>
  `learn(table=20,hard_timeout=300,priority=1,cookie=${table.flows.find((f) => f.table === 0 && f.priority === 0)?.cookie ?? '0x0'},NXM_OF_VLAN_TCI[0..11],NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],load:0->NXM_OF_VLAN_TCI[],load:NXM_NX_TUN_ID[]->NXM_NX_TUN_ID[],output:OXM_OF_IN_PORT[])`

const whyWay = say('No packet gets through br-tun without it.', '缺了它，报文走不完 br-tun 的各张表。')
const whyIn = say('What other hosts send to the network would be dropped.', '其他主机发给该网络的报文会被丢弃。')
const whyOut = say(
  'What goes to all (DHCP, ARP) would not reach the hosts that have to hear it.',
  '广播报文（DHCP、ARP）到不了需要收到它的主机。',
)

import type { Evidence } from '../../core/answer.ts'
import { derived, every, fact, maybe, type Parsed, problem } from '../../core/probe.ts'
import type { Learned } from '../../openflow/fdb.ts'
import type { Flow } from '../../openflow/flow.ts'
import { askedByUs } from '../dhcp/dnsmasq-log.ts'
import { clock } from '../host/clock.ts'
import { neutronBridges } from '../ovs/bridges.ts'
import { openflow } from '../ovs/openflow.ts'
import { integrationFlows, providerLearned } from './flows.ts'
import { provider } from './provider.ts'
import { type Attached, attachedVif } from './vif.ts'

/** A sighting of frames: how many seconds ago, and where that stands. */
export interface Sighting {
  readonly age: number
  readonly source: Evidence
}

/** Frames of a MAC that came in over the wire of this host, in the network's own segment. */
export interface Wire {
  readonly from: (mac: string) => Sighting | undefined
  /** The freshest frame of anybody in the segment. */
  readonly anybody?: Sighting
  /** The freshest frame of anybody in another VLAN of the same NIC. */
  readonly otherVlan?: Sighting
  /** Frames of a MAC that this host itself sent towards the wire. */
  readonly sent: (mac: string) => Sighting | undefined
  /** Frames of a MAC that came in over the wire in another VLAN than the network's; 0: without a tag. */
  readonly stray: (mac: string) => (Sighting & { readonly vlan: number }) | undefined
}

/** From the provider bridge's MAC table (VLAN), or from the flows that br-tun learned (tunnels). */
export const wire = derived({
  id: 'wire',
  needs: { openflow, bridges: neutronBridges, provider: maybe(provider), learned: maybe(providerLearned) },
  derive({ openflow: states, bridges, provider: p, learned }, { subject }): Parsed<Wire> {
    const segment = subject.network.segment
    if (segment?.physicalNetwork === undefined) {
      const tunnels = bridges.onPath
        .flatMap((name) => states.get(name)?.flows ?? [])
        .flatMap((t) => (t.ok ? t.fact.flows : []))
      return fact({ from: (mac) => learnedByTunnel(tunnels, mac), sent: () => undefined, stray: () => undefined })
    }
    if (!p.ok) return p
    if (!learned.ok) return learned
    if (p.fact.nics.length === 0) return problem(`${p.fact.name} has no NIC of its own`, `${p.fact.name} 上没有网卡`)
    const nics = new Set(p.fact.nics.flatMap((nic) => nic.interfaces).map((i) => String(i.ofport)))
    const vlan = segment.type === 'flat' ? 0 : segment.id
    const came = learned.fact.filter((row) => nics.has(row.port))
    const anybody = freshest(came.filter((row) => row.vlan === vlan))
    const otherVlan = freshest(came.filter((row) => row.vlan !== vlan))
    return fact({
      from: (mac) => freshest(came.filter((row) => row.vlan === vlan && row.mac === mac)),
      sent: (mac) =>
        freshest(learned.fact.filter((row) => !nics.has(row.port) && row.vlan === vlan && row.mac === mac)),
      stray: (mac) => freshest(came.filter((row) => row.vlan !== vlan && row.mac === mac)),
      ...(anybody ? { anybody } : {}),
      ...(otherVlan ? { otherVlan } : {}),
    })
  },
})

const freshest = (rows: readonly Learned[]): Learned | undefined => rows.toSorted((a, b) => a.age - b.age)[0]

/** Table 20 of br-tun (UCAST_TO_TUN): a learned flow towards a MAC means that a frame from it came in. */
function learnedByTunnel(flows: readonly Flow[], mac: string): Sighting | undefined {
  const mine = flows.filter(
    (f) => f.table === 20 && f.match.get('dl_dst') === mac && f.match.has('vlan_tci') && f.duration !== undefined,
  )
  return mine
    .map((f) => ({ age: f.written ?? Math.round(f.duration ?? 0), source: f.source }))
    .toSorted((a, b) => a.age - b.age)[0]
}

/** The VM's own DHCP requests, as the Open vSwitch firewall counts them on the way out of its port. */
export const dhcpAsked = derived({
  id: 'dhcp-asked',
  needs: { vif: attachedVif, flows: integrationFlows },
  derive: ({ vif: v, flows }): Parsed<Sighting | undefined> => fact(lastUsed(flows.flows, v, isDhcpRequest)),
})

/** The last DHCP reply that the Open vSwitch firewall let pass to the VM's port; where there was none, since that is counted. */
export const dhcpAnswered = derived({
  id: 'dhcp-answered',
  needs: { vif: attachedVif, flows: integrationFlows },
  derive({ vif: v, flows }): Parsed<Sighting | undefined> {
    const own = flows.flows.find((f) => isDhcpReply(f) && f.match.get('reg5') === toHex(String(v.iface.ofport)))
    const age = own && ((own.packets ?? 0) > 0 ? own.idle : own.duration)
    return fact(own && age !== undefined ? { age: Math.round(age), source: own.source } : undefined)
  },
})

/** Frames of the VM's own MAC that br-int let in, as the flows that guard against another count them. */
export const macUsed = derived({
  id: 'mac-used',
  needs: { vif: attachedVif, flows: integrationFlows },
  derive: ({ vif: v, flows }, { subject }): Parsed<Sighting | undefined> =>
    fact(lastUsed(flows.flows, v, (f) => f.match.get('dl_src') === subject.port.mac)),
})

/** Frames that the VM sent from an IPv4 address of its own, counted by the same firewall: the guest has configured it. */
export const addressUsed = derived({
  id: 'address-used',
  needs: { vif: attachedVif, flows: integrationFlows, mac: macUsed },
  derive({ vif: v, flows, mac }, { subject }): Parsed<Sighting | undefined> {
    const own = new Set(subject.port.fixedIps.map(({ ip }) => ip))
    const isFromIt = (f: Flow) => own.has(f.match.get('nw_src') ?? '') || own.has(f.match.get('arp_spa') ?? '')
    const used = lastUsed(flows.flows, v, isFromIt)
    // Without the Open vSwitch firewall, table 24 asks for the address first, and table 25 may still refuse the MAC.
    const isWhole = used !== undefined && (mac?.age ?? Number.POSITIVE_INFINITY) <= used.age + ROUNDING
    return fact(isWhole ? used : undefined)
  },
})

/** The last frame of the VM itself on this host, by whatever remembers one. */
export const vmSpoke = derived({
  id: 'vm-spoke',
  needs: {
    vif: attachedVif,
    openflow,
    wire: maybe(wire),
    asked: maybe(dhcpAsked),
    used: maybe(addressUsed),
    own: maybe(macUsed),
  },
  derive({ vif: v, openflow: states, wire: w, asked, used, own }, { subject }): Parsed<Sighting | undefined> {
    const { mac } = subject.port
    const table = states.get(v.bridge.name)?.learned
    const rows = table?.ok ? table.fact : []
    const all = [
      freshest(rows.filter((row) => row.mac === mac && row.port === String(v.iface.ofport))),
      w.ok ? w.fact.sent(mac) : undefined,
      asked.ok ? asked.fact : undefined,
      used.ok ? used.fact : undefined,
      own.ok ? own.fact : undefined,
    ]
    return fact(all.flatMap((s) => s ?? []).toSorted((a, b) => a.age - b.age)[0])
  },
})

/** How long ago Oldhand itself asked as the VM (`--prove`), by the logs of the servers. Seconds. */
export const oursAgo = derived({
  id: 'ours-ago',
  needs: { asked: every('dhcp', askedByUs), clocks: every('dhcp', clock) },
  derive: ({ asked, clocks }): Parsed<readonly number[]> =>
    fact(
      asked.flatMap(({ host, fact: times }) => {
        const here = clocks.find((c) => c.host === host)?.fact
        return times.ok && here?.ok ? times.fact.map((at) => (here.fact.now - at) / 1000) : []
      }),
    ),
})

/** Counters and MAC tables cannot tell the guest's frames from those that Oldhand has sent as the VM. Ages in seconds. */
export const isOurs = (age: number, ours: readonly number[]): boolean => ours.some((at) => Math.abs(at - age) <= LAG)

/** Two hosts are not asked at one instant. Seconds. */
const LAG = 5

/** The last frame of the guest itself: nothing where it may be one of ours. */
export const guestSpoke = derived({
  id: 'guest-spoke',
  needs: { spoke: vmSpoke, ours: oursAgo },
  derive: ({ spoke, ours }): Parsed<Sighting | undefined> =>
    fact(spoke && !isOurs(spoke.age, ours) ? spoke : undefined),
})

/** The flow of the VM's port that a frame has matched last. */
function lastUsed(flows: readonly Flow[], { iface }: Attached, wanted: (f: Flow) => boolean): Sighting | undefined {
  const port = String(iface.ofport)
  const isItsOwn = (f: Flow) => f.match.get('in_port') === port || f.match.get('reg5') === toHex(port)
  return flows
    .filter((f) => wanted(f) && isItsOwn(f) && (f.packets ?? 0) > 0 && f.idle !== undefined)
    .map((f) => ({ age: f.idle ?? 0, source: f.source }))
    .toSorted((a, b) => a.age - b.age)[0]
}

/** Ages are whole seconds. */
const ROUNDING = 1

const isDhcpRequest = (f: Flow) =>
  f.match.has('udp') &&
  (f.match.get('tp_src') ?? f.match.get('udp_src')) === '68' &&
  (f.match.get('tp_dst') ?? f.match.get('udp_dst')) === '67'
/** Towards the port: what a guest sends as a DHCP server bears the same ports, and the port that it comes from. */
const isDhcpReply = (f: Flow) =>
  f.match.has('udp') &&
  !f.match.has('in_port') &&
  (f.match.get('tp_src') ?? f.match.get('udp_src')) === '67' &&
  (f.match.get('tp_dst') ?? f.match.get('udp_dst')) === '68'
const toHex = (port: string) => `0x${Number(port).toString(16)}`

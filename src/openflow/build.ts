/** Bridges for the tracer, from what was read of them. */

import type { Bridge, Bundle, Group, Mirror, Port, Switch, Tunnel, VlanMode } from './bridge.ts'
import { macKey } from './bridge.ts'
import type { Learned } from './fdb.ts'
import type { FlowTable } from './flow.ts'
import type { MulticastTable } from './mdb.ts'
import type { Meters } from './meters.ts'
import { portNumber } from './ports.ts'
import type { OfPort } from './show.ts'
import { parseMac } from './values.ts'

/** A row of OVSDB's Interface table, as far as it matters here. */
export interface InterfaceSettings {
  readonly name: string
  readonly type: string
  readonly ofport?: number
  readonly options: ReadonlyMap<string, string>
}
/** A row of OVSDB's Port table, as far as it matters here. */
export interface PortSettings {
  readonly name: string
  readonly tag?: number
  readonly trunks: readonly number[]
  readonly cvlans?: readonly number[]
  readonly vlanMode?: string
  readonly protected?: boolean
  readonly otherConfig: ReadonlyMap<string, string>
  readonly interfaces: readonly InterfaceSettings[]
}
/** A row of OVSDB's Bridge table, as far as it matters here. */
export interface BridgeSettings {
  readonly name: string
  readonly ports: readonly PortSettings[]
  readonly mirrors?: readonly Mirror[]
  readonly otherConfig?: ReadonlyMap<string, string>
  readonly snoopsMulticast?: boolean
}

/** What was read of one bridge. Only the flows are needed; what else is missing is taken to be as a new port has it. */
export interface BridgeParts {
  readonly name: string
  readonly flows: FlowTable
  readonly show?: readonly OfPort[]
  readonly fragments?: Bridge['fragments']
  readonly groups?: ReadonlyMap<number, Group>
  readonly learned?: readonly Learned[]
  readonly multicast?: MulticastTable
  readonly meters?: Meters
  readonly settings?: BridgeSettings
}

export function buildSwitch(parts: readonly BridgeParts[]): Switch {
  const owners = new Map<string, { bridge: string; ofport: number }>()
  for (const { name, settings } of parts) {
    for (const each of interfacesOf(settings)) owners.set(each.name, { bridge: name, ofport: each.ofport ?? -1 })
  }
  return new Map(parts.map((part) => [part.name, buildBridge(part, owners)]))
}

const interfacesOf = (settings: BridgeSettings | undefined) => settings?.ports.flatMap((port) => port.interfaces) ?? []

type Owners = ReadonlyMap<string, { readonly bridge: string; readonly ofport: number }>

function buildBridge(part: BridgeParts, owners: Owners): Bridge {
  const ports = buildPorts(part, owners)
  return {
    name: part.name,
    flows: part.flows,
    ports,
    portsKnown: part.settings !== undefined || part.show !== undefined,
    vlansKnown: part.settings !== undefined,
    bundles: buildBundles(part, ports),
    ...(part.groups ? { groups: part.groups } : {}),
    ...(part.learned ? { learned: macTable(part.learned) } : {}),
    mirrors: part.settings?.mirrors ?? [],
    forwardsBpdu: part.settings?.otherConfig?.get('forward-bpdu') === 'true',
    snoopsMulticast: part.settings?.snoopsMulticast ?? false,
    floodsUnregistered: part.settings?.otherConfig?.get('mcast-snooping-disable-flood-unregistered') !== 'true',
    ...(part.multicast ? { multicast: part.multicast } : {}),
    ...(part.meters ? { meters: part.meters } : {}),
    fragments: part.fragments ?? 'normal',
  }
}

const macTable = (learned: readonly Learned[]) =>
  new Map(learned.map((row) => [macKey(row.vlan, Number(parseMac(row.mac) ?? 0n)), shownNumber(row.port)]))

/** Of a port that Open vSwitch itself prints: `LOCAL` or a number. */
const shownNumber = (text: string): number => portNumber(text) ?? -1

function buildPorts({ show, settings }: BridgeParts, owners: Owners): ReadonlyMap<number, Port> {
  const ports = new Map<number, Port>()
  const shown = new Map((show ?? []).map((port) => [shownNumber(port.ofport), port]))
  const configured = interfacesOf(settings)
  for (const [ofport, port] of shown)
    ports.set(
      ofport,
      toPort(
        ofport,
        port.name,
        port,
        configured.find((i) => i.name === port.name),
        owners,
      ),
    )
  for (const each of configured) {
    if (each.ofport !== undefined && each.ofport >= 0 && !ports.has(each.ofport))
      ports.set(each.ofport, toPort(each.ofport, each.name, undefined, each, owners))
  }
  return ports
}

function toPort(
  ofport: number,
  name: string,
  shown: OfPort | undefined,
  settings: InterfaceSettings | undefined,
  owners: Owners,
): Port {
  const config = new Set((shown?.config ?? '').split(/\s+/))
  const peer = settings?.type === 'patch' ? owners.get(settings.options.get('peer') ?? '') : undefined
  const tunnel = settings && tunnelOf(settings)
  return {
    ofport,
    name,
    config: {
      noReceive: config.has('NO_RECV'),
      noReceiveStp: config.has('NO_RECV_STP'),
      noForward: config.has('NO_FWD'),
      noFlood: config.has('NO_FLOOD'),
    },
    live: !/PORT_DOWN/.test(shown?.config ?? '') && !/LINK_DOWN/.test(shown?.state ?? ''),
    ...(peer ? { peer: { bridge: peer.bridge, ofport: peer.ofport } } : {}),
    ...(tunnel ? { tunnel } : {}),
  }
}

const TUNNELS = new Set(['vxlan', 'gre', 'ip6gre', 'geneve', 'stt', 'lisp', 'gtpu', 'erspan', 'ip6erspan', 'bareudp'])

function tunnelOf({ type, options }: InterfaceSettings): Tunnel | undefined {
  const remote = options.get('remote_ip')
  if (!TUNNELS.has(type) || remote === undefined) return undefined
  const local = options.get('local_ip')
  return {
    type,
    remote,
    key: options.get('out_key') ?? options.get('key') ?? '0',
    ...(local === undefined ? {} : { local }),
  }
}

function buildBundles({ settings }: BridgeParts, ports: ReadonlyMap<number, Port>): ReadonlyMap<number, Bundle> {
  const bundles = new Map<number, Bundle>()
  for (const port of settings?.ports ?? []) {
    const members = port.interfaces.flatMap(({ name, ofport }) =>
      ofport !== undefined && ofport >= 0 ? [ofport] : ([...ports.values()].find((p) => p.name === name)?.ofport ?? []),
    )
    const bundle = toBundle(port, members, ports)
    for (const member of members) bundles.set(member, bundle)
  }
  for (const port of ports.values()) {
    if (!bundles.has(port.ofport)) bundles.set(port.ofport, toBundle(plain(port.name), [port.ofport], ports))
  }
  return bundles
}

const plain = (name: string): PortSettings => ({ name, trunks: [], otherConfig: new Map(), interfaces: [] })

function toBundle(port: PortSettings, members: readonly number[], ports: ReadonlyMap<number, Port>): Bundle {
  const mode = modeOf(port)
  const vlan = mode === 'trunk' ? 0 : (port.tag ?? 0)
  const trunks = trunksOf(port, mode, vlan)
  const tags = port.otherConfig.get('priority-tags')
  return {
    name: port.name,
    mode,
    vlan,
    ...(trunks ? { trunks } : {}),
    ...(port.cvlans?.length ? { cvlans: new Set(port.cvlans) } : {}),
    qinqEthertype: port.otherConfig.get('qinq-ethtype') === '802.1q' ? 0x8100 : 0x88a8,
    priorityTags: tags === 'always' ? 'always' : tags === 'if-nonzero' || tags === 'true' ? 'if-nonzero' : 'never',
    protected: port.protected ?? false,
    members,
    floodsMulticast: port.otherConfig.get('mcast-snooping-flood') === 'true',
    floodsReports: port.otherConfig.get('mcast-snooping-flood-reports') === 'true',
    floods: !members.some((member) => ports.get(member)?.config.noFlood),
  }
}

const MODES = new Set<string>(['access', 'trunk', 'native-tagged', 'native-untagged', 'dot1q-tunnel'])

function modeOf({ vlanMode, tag }: PortSettings): VlanMode {
  if (vlanMode !== undefined && MODES.has(vlanMode)) return vlanMode as VlanMode
  return tag === undefined ? 'trunk' : 'access'
}

/** A native VLAN is always carried, and then untagged frames are in no VLAN but that. */
function trunksOf({ trunks }: PortSettings, mode: VlanMode, vlan: number): ReadonlySet<number> | undefined {
  if (mode === 'access' || mode === 'dot1q-tunnel') return undefined
  if (mode === 'trunk' || vlan === 0) return trunks.length > 0 ? new Set(trunks) : undefined
  const carried = new Set(trunks.length > 0 ? trunks : Array.from({ length: 4096 }, (_, i) => i))
  carried.add(vlan)
  carried.delete(0)
  return carried
}

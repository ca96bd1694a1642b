import type { Port, Tunnel } from '../bridge.ts'
import { at } from '../fields.ts'
import { copyOf, isSame, type Packet, readBits, wholeField, writeBits } from '../packet.ts'
import { fieldNamed } from '../fields.ts'
import { parseIpv4, parseIpv6, parseNumber, printIpv4, printIpv6 } from '../values.ts'
import { executeActionSet } from './action-set.ts'
import { clearConntrack } from './conntrack.ts'
import { mirrorIngress, mirrorOutput } from './mirror.ts'
import { doubt, end, type State } from './state.ts'
import type { Output, Step } from './step.ts'
import { enterTable, refuse } from './translate.ts'
import { RESERVED_PORTS } from '../ports.ts'

/** Sends the packet out of a port: to the other bridge of a patch, into a tunnel, or out of what is traced. */
export function outputTo(state: State, ofport: number): void {
  const port = state.bridge.ports.get(ofport)
  if (!port) return state.bridge.portsKnown ? end(state, 'no-such-port', String(ofport)) : leaveByNumber(state, ofport)
  if (port.config.noForward) return end(state, 'port-does-not-forward', port.name)
  if (isProtected(state, ofport)) return end(state, 'protected-ports', port.name)
  if (port.peer) return crossPatch(state, port, port.peer)
  const output = leave(state, port)
  if (!output) return
  state.run.outputs.push(output)
  state.steps.push({ kind: 'output', output })
  const bundle = state.bridge.bundles.get(ofport)
  if (bundle && state.bridge.mirrors.length > 0) mirrorOutput(state, bundle)
}

/** A port of which only the number is known: whatever it is, the packet leaves there. */
function leaveByNumber(state: State, ofport: number): void {
  const { bridge, packet } = state
  const output = { bridge: bridge.name, port: String(ofport), ofport, packet: packet.slice() }
  state.run.outputs.push(output)
  state.steps.push({ kind: 'output', output })
}

/** Out of every port but the packet's own; `FLOOD` leaves out those that are told not to flood. */
export function flood(state: State, all: boolean): void {
  if (!state.bridge.portsKnown) doubt(state, 'ports-unknown')
  for (const port of state.bridge.ports.values()) {
    if (port.ofport !== state.packet[at.inPort] && (all || !port.config.noFlood)) outputTo(state, port.ofport)
  }
}

function isProtected(state: State, ofport: number): boolean {
  const from = state.bridge.bundles.get(state.packet[at.inPort] ?? -1)
  return (from?.protected && state.bridge.bundles.get(ofport)?.protected) ?? false
}

function leave(state: State, port: Port): Output | undefined {
  const { bridge } = state
  const output = { bridge: bridge.name, port: port.name, ofport: port.ofport, packet: sent(state) }
  if (!port.tunnel) return output
  const tunnel = encapsulate(state.packet, port.tunnel)
  if (tunnel.remote === state.arrivedAt) {
    // Open vSwitch leaves what the port would have sent with in the packet, for all that comes after.
    setTunnel(state.packet, tunnel)
    end(state, 'own-tunnel-address', port.name)
    return undefined
  }
  return { ...output, tunnel }
}

/** What a flood sends out of many ports is one and the same: it is kept once. */
function sent({ run, packet }: State): Packet {
  const last = run.outputs.at(-1)?.packet
  return last && isSame(last, packet) ? last : copyOf(packet)
}

const tunnelField = (name: string) => {
  const field = fieldNamed(name)
  if (!field) throw new Error(`no field ${name}`)
  return wholeField(field)
}
const [TUN_ID, TUN_SRC, TUN_DST, TUN_IPV6_SRC, TUN_IPV6_DST] = (
  ['tun_id', 'tun_src', 'tun_dst', 'tun_ipv6_src', 'tun_ipv6_dst'] as const
).map(tunnelField) as [Sub, Sub, Sub, Sub, Sub]
type Sub = ReturnType<typeof tunnelField>

/** ovs-vswitchd.conf.db(5), Tunnel Options: `flow` means that the flow says it. */
function encapsulate(packet: Packet, { local, remote, key }: Tunnel): NonNullable<Output['tunnel']> {
  return {
    id: key === 'flow' ? readBits(packet, TUN_ID) : (parseNumber(key) ?? 0n),
    local: local === 'flow' ? addressIn(packet, TUN_SRC, TUN_IPV6_SRC) : (local ?? ''),
    remote: remote === 'flow' ? tunnelDestination(packet) : remote,
  }
}

/** Where the tunnel ends by which a packet came; '' where it came by none. */
export function tunnelDestination(packet: Packet): string {
  if (packet[at.tunDst] === 0 && packet[at.tunIpv6Dst] === 0 && packet[at.tunIpv6Dst + 3] === 0) return ''
  return addressIn(packet, TUN_DST, TUN_IPV6_DST)
}

function addressIn(packet: Packet, v4: Sub, v6: Sub): string {
  const four = readBits(packet, v4)
  const six = readBits(packet, v6)
  return four === 0n ? (six === 0n ? '' : printIpv6(six)) : printIpv4(four)
}

/** Writes the tunnel fields of a packet; '' is no address. */
export function setTunnel(packet: Packet, { id, local, remote }: NonNullable<Output['tunnel']>): void {
  packet.fill(0, at.tunSrc, at.tunIpv6Dst + 4)
  writeBits(packet, TUN_ID, id)
  setAddress(packet, local, TUN_SRC, TUN_IPV6_SRC)
  setAddress(packet, remote, TUN_DST, TUN_IPV6_DST)
}

function setAddress(packet: Packet, text: string, v4: Sub, v6: Sub): void {
  const four = parseIpv4(text)
  if (four === undefined) writeBits(packet, v6, parseIpv6(text) ?? 0n)
  else writeBits(packet, v4, four)
}

function crossPatch(state: State, port: Port, peer: NonNullable<Port['peer']>): void {
  const bridge = state.run.bridges.get(peer.bridge)
  if (!bridge) return end(state, 'no-such-bridge', peer.bridge)
  const step: Step = { kind: 'patch', from: port.name, bridge: bridge.name, ofport: peer.ofport, steps: [] }
  state.steps.push(step)
  const there: State = {
    ...state,
    bridge,
    packet: acrossPatch(state.packet, peer.ofport),
    table: 0,
    stack: [],
    actionSet: [],
    actionSetHasGroup: false,
    mirrored: bridge === state.bridge ? state.mirrored : new Set<string>(),
    steps: step.steps,
  }
  clearConntrack(there)
  if (bridge.flows.unrecognised.length > 0) doubt(there, 'unread-flows', bridge.flows.unrecognised[0])
  receive(there, bridge.ports.get(peer.ofport))
  // What the other bridge did, or failed to do, is nothing to this one.
  state.resubmits = there.resubmits
  state.exit = false
  state.failed = false
}

/** What belongs to a bridge stays there: registers, metadata, the tunnel that the packet came by. */
function acrossPatch(packet: Packet, ofport: number): Packet {
  const copy = copyOf(packet)
  copy[at.inPort] = ofport
  copy.fill(0, at.tunId, at.tunLast + 1)
  copy.fill(0, at.metadata, at.metadata + 2)
  copy.fill(0, at.reg0, at.reg0 + 16)
  copy[at.actsetOutput] = RESERVED_PORTS['UNSET'] ?? 0
  return copy
}

const STP = 0x0180c2000000

function receive(state: State, port: Port | undefined): void {
  if (port && !mayReceive(state, port)) return end(state, 'port-does-not-receive', port.name)
  enterTable(state, 0)
  executeActionSet(state)
}

export function mayReceive(state: State, port: Port): boolean {
  const { packet } = state
  const isStp = (packet[at.ethDst] ?? 0) * 2 ** 32 + (packet[at.ethDst + 1] ?? 0) === STP
  return !(isStp ? port.config.noReceiveStp : port.config.noReceive)
}

/** The first bridge of a trace. */
export function enterBridge(state: State): void {
  const port = state.bridge.ports.get(state.packet[at.inPort] ?? -1)
  const bundle = port && state.bridge.bundles.get(port.ofport)
  if (bundle && state.bridge.mirrors.some((mirror) => mirror.outputPort === bundle.name))
    return refuse(state, 'mirror-output-port', bundle.name)
  if (port && !mayReceive(state, port)) return refuse(state, 'port-does-not-receive', port.name)
  if (state.bridge.mirrors.length > 0) mirrorIngress(state)
  enterTable(state, 0)
  executeActionSet(state)
}

import type { Ask } from '../../core/answer.ts'
import { type Parsed, problem } from '../../core/probe.ts'
import { gatewayOf } from '../../core/subject.ts'
import { versionOf } from '../../probes/ovs/openflow.ts'
import { peers } from '../../probes/wiring/tunnel.ts'
import { attachedVif } from '../../probes/wiring/vif.ts'
import { captureAsk } from './capture.ts'
import type { Wanted } from './filter.ts'
import { arpProbe, arpRequest, discover } from './packets.ts'
import { type About, type Device, placeNeeds } from './places.ts'
import { type Route, routesOf } from './routes.ts'

/** All that is decided before anything is sent. */
export interface Design {
  readonly about: About
  readonly run: string
  readonly wanted: Wanted
  readonly at: { readonly host: string; readonly bridge: string; readonly ofport: number }
  /** `address`: whether also who else has the VM's address, and whether the guest has it. */
  readonly sends: { readonly dhcp: boolean; readonly arp: boolean; readonly address: boolean }
  readonly gateway?: string
  readonly routes: readonly Route[]
  /** Tunnel addresses of other hosts. */
  readonly vteps: ReadonlyMap<string, string>
  readonly capture: (device: Device) => Ask
}

export const designNeeds = { ...placeNeeds, peers }

/** Frames of each kind: one that is lost by chance proves nothing. */
export const ROUNDS = 3

/** `sibling`: of a VM that another is compared with, only its conversations, in captures that it shares with others. */
export function designOf(
  run: string,
  about: About,
  sibling?: { readonly xid: string; readonly capture: Design['capture'] },
): Parsed<Design> {
  const { subject, read } = about
  const host = subject.compute
  if (host === undefined) return problem('the port is bound to no host', '端口没有绑定到主机')
  const vif = read(attachedVif, host)
  if (!vif.ok) return vif
  const { iface, bridge, onIntegration } = vif.fact
  if (iface.ofport === undefined || !onIntegration)
    return problem(`${iface.name} is not in ${vif.fact.integration}`, `${iface.name} 不在 ${vif.fact.integration} 上`)
  const ip = subject.port.fixedIps.find((fixed) => !fixed.ip.includes(':'))?.ip
  const gateway = ip === undefined ? undefined : gatewayOf(subject)
  const sends = {
    dhcp: subject.subnets.some((net) => net.version === 4 && net.dhcp),
    arp: gateway !== undefined,
    address: sibling === undefined,
  }
  if (!sends.dhcp && !sends.arp) return problem('neither DHCP nor a gateway to ask', '既没有 DHCP，也没有网关')
  const wanted = { mac: subject.port.mac, xid: sibling?.xid ?? run, ...(ip === undefined ? {} : { ip }) }
  return {
    ok: true,
    fact: {
      about,
      run,
      sends,
      at: { host, bridge: bridge.name, ofport: iface.ofport },
      wanted,
      capture: sibling?.capture ?? ((device) => captureAsk(device, wanted, run)),
      ...(gateway === undefined ? {} : { gateway }),
      routes: routesOf(about, sends),
      vteps: vtepsOf(about, host),
    },
  }
}

function vtepsOf({ read }: About, host: string): ReadonlyMap<string, string> {
  const found = read(peers, host)
  const all = found.ok ? found.fact.all : []
  return new Map(all.flatMap((peer) => (peer.ip === undefined ? [] : [[peer.host, peer.ip] as const])))
}

/** A frame that is sent, of which conversation, or what it is for. */
export interface Sent {
  readonly as: 'dhcp' | 'arp' | 'probe' | 'guest'
  readonly ask: Ask
}

/** What one round sends. */
export function sendsOf(design: Design, round: number): readonly Sent[] {
  const { at, sends, gateway } = design
  const { mac, ip, xid } = design.wanted
  const version = versionAt(design)
  const asVm = (frame: string) => sendAsk(at, version, frame)
  const asker = askerOf(design)
  return [
    ...(sends.dhcp ? [{ as: 'dhcp' as const, ask: asVm(discover(mac, xid, round)) }] : []),
    ...(sends.arp && ip !== undefined && gateway !== undefined
      ? [{ as: 'arp' as const, ask: asVm(arpRequest(mac, ip, gateway)) }]
      : []),
    ...(ip === undefined || !sends.address
      ? []
      : [{ as: 'probe' as const, ask: probeAsk(at, version, arpProbe(mac, ip)) }]),
    ...(ip === undefined || asker === undefined || !sends.address
      ? []
      : [{ as: 'guest' as const, ask: guestAsk(at, version, arpRequest(asker.mac, asker.ip, ip, mac)) }]),
  ]
}

/** In whose name the guest is asked: a DHCP port of its network, to whom it may tell what it likes. */
export function askerOf({ about, at }: Pick<Design, 'about' | 'at'>) {
  const ports = about.subject.dhcpPorts.toSorted((a, b) => Number(a.host === at.host) - Number(b.host === at.host))
  return ports.flatMap(({ mac, ips }) => ips.filter((ip) => !ip.includes(':')).map((ip) => ({ mac, ip })))[0]
}

/** The version that br-int speaks, where that is not the usual one. */
function versionAt({ at: { host }, about }: Design): readonly string[] {
  const vif = about.read(attachedVif, host)
  return versionOf(vif.ok ? vif.fact.bridge.protocols : [])
}

/** What one frame is sent by (ovs-ofctl(8)): it takes the way through br-int that it would take from the VM's port. */
export const sendAsk: SendAsk = (at, version, frame) =>
  packetOut(at, version, `in_port=${at.ofport},packet=${frame},actions=table`)

/** Past the firewall: port security lets no guest send a probe, for it names no sender. */
export const probeAsk: SendAsk = (at, version, frame) =>
  packetOut(at, version, `in_port=${at.ofport},packet=${frame},actions=NORMAL`)

/** To the guest, and to nobody else. */
export const guestAsk: SendAsk = (at, version, frame) =>
  packetOut(at, version, `in_port=CONTROLLER,packet=${frame},actions=output:${at.ofport}`)

type SendAsk = (at: Design['at'], version: readonly string[], frame: string) => Ask

const packetOut = ({ host, bridge }: Design['at'], version: readonly string[], what: string): Ask => ({
  host,
  root: true,
  argv: ['ovs-ofctl', '--timeout=5', ...version, 'packet-out', bridge, what],
})

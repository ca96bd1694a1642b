import type { Station } from '../../core/hop.ts'
import { type Say, say } from '../../core/lang.ts'
import type { AnyNeed, FactOf, Parsed } from '../../core/probe.ts'
import { isTunnelled, type Subject } from '../../core/subject.ts'
import { dhcpNs } from '../../probes/dhcp/namespace.ts'
import { bonds } from '../../probes/ovs/bond.ts'
import { offload } from '../../probes/ovs/offload.ts'
import type { OvsInterface } from '../../probes/ovs/ovsdb.ts'
import { hybridPlug } from '../../probes/wiring/hybrid-plug.ts'
import { provider } from '../../probes/wiring/provider.ts'
import { underlay } from '../../probes/wiring/underlay.ts'
import { attachedVif } from '../../probes/wiring/vif.ts'

export interface About {
  readonly subject: Subject
  readonly read: <N extends AnyNeed>(need: N, host: string) => Parsed<FactOf<N>>
}

/** A device at which frames can be captured. */
export interface Device {
  readonly host: string
  readonly name: string
  readonly netns?: string
  /** Of the underlay: the frames are inside VXLAN, to this UDP port. */
  readonly vxlan?: number
}
/** A station, and the devices that show what passes it: of several one is enough. */
export interface Place {
  readonly station: Station
  readonly host: string
  readonly devices: readonly Device[]
  /** Why nothing can be captured here. */
  readonly blind?: Say
  /** Why a frame may pass here unseen. */
  readonly doubt?: Say
}

export const placeNeeds = { attachedVif, hybridPlug, provider, underlay, bonds, dhcpNs, offload }

const blind = (station: Station, host: string, why: Say): Place => ({ station, host, devices: [], blind: why })

/** NICs, bonds and their members, by which the network's frames leave and reach a host. */
export function nicsAt(host: string, about: About): Place {
  if (isTunnelled(about.subject)) return underlayAt(host, about)
  const found = about.read(provider, host)
  if (!found.ok) return blind('NIC', host, found.problem)
  const own = found.fact.nics.flatMap((port) => port.interfaces)
  const hidden = own.find((i) => !hasKernelDevice(i))
  if (hidden) return blind('NIC', host, bypassed(hidden.name))
  const names = own.flatMap(({ name }) => [name, ...membersOf(name, host, about)])
  if (names.length === 0) return blind('NIC', host, nicLack(found.fact, host))
  return { station: 'NIC', host, devices: names.map((name) => ({ host, name })) }
}

/** Why a host has no NIC that frames of the network could leave by. */
export const nicLack = ({ bridge, name }: FactOf<typeof provider>, host: string): Say =>
  bridge
    ? say(`${name} of ${host} has no NIC`, `${host} 的 ${name} 上没有网卡`)
    : say(`${host} has no bridge ${name}`, `${host} 没有网桥 ${name}`)

function underlayAt(host: string, about: About): Place {
  const type = about.subject.network.segment?.type
  if (type !== 'vxlan')
    return blind('NIC', host, say(`packets inside ${type} are not looked into`, `不解析 ${type} 隧道内的报文`))
  const found = about.read(underlay, host)
  if (!found.ok) return blind('NIC', host, found.problem)
  const names = found.fact.devices.flatMap((name) => [name, ...membersOf(name, host, about)])
  return { station: 'NIC', host, devices: names.map((name) => ({ host, name, vxlan: found.fact.port })) }
}

function membersOf(bond: string, host: string, { read }: About): readonly string[] {
  const found = read(bonds, host)
  const kernel = found.ok && found.fact.kernel.ok ? found.fact.kernel.fact.members : []
  return kernel.filter((member) => member.bond === bond).map((member) => member.name)
}

const hasKernelDevice = ({ type }: OvsInterface) => !/^(dpdk|afxdp)/.test(type)
const bypassed = (name: string): Say =>
  say(`frames of ${name} bypass the kernel: tcpdump cannot see them`, `${name} 的报文不经过内核，tcpdump 看不到`)

/** What comes to the VM, from br-int to its tap. */
export function guestAt(host: string, about: About): readonly Place[] {
  const vif = about.read(attachedVif, host)
  if (!vif.ok) return [blind('guest port', host, vif.problem)]
  const { iface } = vif.fact
  if (!hasKernelDevice(iface)) return [blind('guest port', host, bypassed(iface.name))]
  const plug = about.read(hybridPlug, host)
  if (!plug.ok || !plug.fact.hybrid) return [{ station: 'guest port', host, devices: [{ host, name: iface.name }] }]
  return [
    { station: 'br-int', host, devices: [{ host, name: plug.fact.qvo }] },
    { station: 'guest port', host, devices: [{ host, name: plug.fact.tap }] },
  ]
}

/** The DHCP server's own port, inside its namespace. */
export function serverAt(host: string, about: About): Place {
  const ns = about.read(dhcpNs, host)
  if (!ns.ok) return blind('DHCP namespace', host, ns.problem)
  const macs = new Set(about.subject.dhcpPorts.filter((port) => port.host === host).map((port) => port.mac))
  const link = ns.fact.links.find((l) => l.mac !== undefined && macs.has(l.mac))
  if (!ns.fact.exists || !link)
    return blind(
      'DHCP namespace',
      host,
      say(`no port of the DHCP server in ${ns.fact.name}`, `${ns.fact.name} 里没有 DHCP 端口`),
    )
  return { station: 'DHCP namespace', host, devices: [{ host, name: link.name, netns: ns.fact.name }] }
}

/** A frame that the NIC itself forwards is seen by no capture: that one does not see it means nothing then. */
export function withDoubt(place: Place, { read }: About): Place {
  const state = read(offload, place.host)
  if (state.ok && !state.fact) return place
  const doubt = state.ok
    ? say('with hardware offload a frame can pass unseen', '开启了硬件卸载，报文可能绕过抓包')
    : state.problem
  return { ...place, doubt }
}

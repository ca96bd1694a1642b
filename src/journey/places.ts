/** Where a VM's packet begins and may end, by what was read of the hosts. */

import type { AnyNeed, FactOf, Parsed } from '../core/probe.ts'
import { problem } from '../core/probe.ts'
import { allHosts, type Subject } from '../core/subject.ts'
import { parsePacket } from '../openflow/packet-text.ts'
import { hostSwitch } from '../probes/ovs/switch.ts'
import { attachedVif } from '../probes/wiring/vif.ts'
import { wayOut } from '../probes/wiring/way-out.ts'
import type { Entry, Hosts } from './travel.ts'

export interface About {
  readonly subject: Subject
  readonly read: <N extends AnyNeed>(need: N, host: string) => Parsed<FactOf<N>>
}

export const switchesOf = ({ subject, read }: About): Hosts =>
  new Map(
    allHosts(subject).flatMap((host) => {
      const found = read(hostSwitch, host)
      return found.ok ? [[host, found.fact] as const] : []
    }),
  )

/** A packet, put into the VM's own port. */
export function atVm(text: string, { subject, read }: About): Parsed<Entry> {
  const host = subject.compute ?? ''
  const vif = read(attachedVif, host)
  if (!vif.ok) return vif
  const { iface, bridge } = vif.fact
  const parsed = parsePacket(text)
  if (!parsed.ok) return problem(`"${parsed.word}" is no part of a packet`, `无法理解 "${parsed.word}"`)
  if (iface.ofport === undefined) return problem(`${iface.name} has no ofport`, `${iface.name} 没有 ofport`)
  return { ok: true, fact: { host, bridge: bridge.name, ofport: iface.ofport, packet: parsed.packet } }
}

/**
 * Devices of the VM's host that end its way as well: a distributed router's ports, the bridge that may have the
 * gateway's address, and the VM's own port, for br-tun may answer ARP (`arp_responder`).
 */
export function endsHere({ subject, read }: About): readonly string[] {
  const host = subject.compute ?? ''
  const [bridges, vif, via] = [read(hostSwitch, host), read(attachedVif, host), read(wayOut, host)]
  const ports = bridges.ok ? [...bridges.fact.values()].flatMap((bridge) => [...bridge.ports.values()]) : []
  return [
    ...ports.map((port) => port.name).filter((name) => name.startsWith('qr-')),
    ...(vif.ok ? [vif.fact.iface.name] : []),
    ...(via.ok ? [via.fact] : []),
  ]
}

import { without } from '../core/answer.ts'
import type { Parsed } from '../core/probe.ts'
import type { Subject } from '../core/subject.ts'
import { found, ruledOut, stopping, unknown, type Verdict } from '../core/verdict.ts'
import type { Dnsmasq } from '../probes/dhcp/dnsmasq.ts'
import type { Hollow } from '../probes/dhcp/hollow-namespace.ts'
import type { DhcpNamespace } from '../probes/dhcp/namespace.ts'
import type { Links } from '../probes/host/links.ts'
import type { Processes } from '../probes/host/processes.ts'
import type { Ovsdb } from '../probes/ovs/ovsdb.ts'
import type { Vif } from '../probes/wiring/vif.ts'
import { guestOf } from './guest-process.ts'

/** What a host keeps of before a reboot: OVSDB, and files that outlive what they stood for. */
export interface Leftover {
  readonly what: 'row' | 'hollow' | 'outside'
  readonly device: string
  /** Since the host was started. Seconds. */
  readonly up: number | undefined
}

const NO_DEVICE = /No such device/

/** The row of a guest that is gone: only a guest that was not stopped in order leaves it (libvirt deletes it at each stop). */
export function leftOfGuest(v: Vif, { links, processes }: { links: Links; processes: Processes }, subject: Subject) {
  if (!v.attached) return ruledOut(v.source)
  const { iface } = v
  const device = links.byName.get(iface.name)
  const guest = guestOf(processes, subject.port)
  if (iface.ofport !== -1) return ruledOut(iface.source)
  if (device || guest) return ruledOut(...[device, guest].flatMap((x) => (x ? [x.source] : [])))
  const because = [iface.source, without(iface.name, links.whole), without(subject.port.mac, processes.whole)]
  const sure = NO_DEVICE.test(iface.error ?? '') ? 'certain' : 'likely'
  const detail: Leftover = { what: 'row', device: iface.name, up: uptimeOf(processes) }
  return stopping({ station: 'guest port' }, found(detail, sure, ...because))
}

interface Server {
  readonly hollow: Parsed<Hollow>
  readonly namespace: Parsed<DhcpNamespace>
  readonly dnsmasq: Parsed<Dnsmasq>
  readonly ovsdb: Ovsdb
  readonly links: Links
  readonly processes: Processes
}

/** A namespace's file without the namespace; the DHCP port's device as Open vSwitch makes it at boot, in no namespace. */
export function leftOfServer(s: Server, subject: Subject, host: string): Verdict<Leftover> {
  if (!s.hollow.ok) return unknown(s.hollow.problem)
  if (!s.dnsmasq.ok) return unknown(s.dnsmasq.problem)
  const up = uptimeOf(s.processes)
  const running = s.dnsmasq.fact.running
  if (s.hollow.fact.is && running.length > 0)
    return unknown(
      `dnsmasq runs, in a namespace that cannot be entered from ${host} (is it mounted in a container alone?)`,
      `dnsmasq 在运行，但从 ${host} 进不了它的 namespace（是否只挂载在容器里？）`,
    )
  if (s.hollow.fact.is) {
    const nobody = without(`dnsmasq … ${subject.network.id}`, s.processes.whole)
    return found({ what: 'hollow', device: '', up }, 'certain', ...s.hollow.fact.evidence, nobody)
  }
  if (!s.namespace.ok) return unknown(s.namespace.problem)
  const outside = outsideOf(s.namespace.fact, s, subject, host)
  if (!outside) return ruledOut(...s.hollow.fact.evidence)
  return found({ what: 'outside', device: outside.name, up }, 'certain', outside.source, s.namespace.fact.source)
}

function outsideOf(namespace: DhcpNamespace, { ovsdb, links }: Server, subject: Subject, host: string) {
  const ports = subject.dhcpPorts.filter((p) => p.host === host && !namespace.links.some((l) => l.mac === p.mac))
  const ids = new Set(ports.map((p) => p.id))
  const rows = ovsdb.bridges.flatMap((b) => b.ports.flatMap((p) => p.interfaces))
  // With veth pairs (ovs_use_veth) the outer end belongs outside.
  const mine = rows.filter((i) => ids.has(i.externalIds.get('iface-id') ?? '') && i.type === 'internal')
  return mine.flatMap((i) => links.byName.get(i.name) ?? [])[0]
}

const uptimeOf = ({ all }: Processes) => all.find((p) => p.pid === 1)?.age

/** Both ends where one host is both: what is found first, then what nobody knows. */
export function worstOf(verdicts: readonly Verdict<Leftover>[]): Verdict<Leftover> {
  const unread = verdicts.find((v) => v.is === 'unknown')
  return (
    verdicts.find((v) => v.is === 'found') ??
    unread ??
    ruledOut(...verdicts.flatMap((v) => (v.is === 'ruled out' ? v.because : [])))
  )
}

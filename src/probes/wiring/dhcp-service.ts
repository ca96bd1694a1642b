import { type Evidence, without } from '../../core/answer.ts'
import { derived, fact, type Parsed, problem } from '../../core/probe.ts'
import type { Subject } from '../../core/subject.ts'
import { dhcpNs } from '../dhcp/namespace.ts'
import { type Dnsmasq, dnsmasq } from '../dhcp/dnsmasq.ts'

/** Whether this host's dnsmasq would still answer this VM, whatever its agent does. */
export interface DhcpService {
  readonly serves: boolean
  readonly evidence: readonly Evidence[]
}

export const dhcpService = derived({
  id: 'dhcp-service',
  needs: { namespace: dhcpNs, dnsmasq },
  derive({ namespace, dnsmasq: d }, { subject }): Parsed<DhcpService> {
    if (!namespace.exists) return fact({ serves: false, evidence: [namespace.source] })
    const alive = d.running.find((p) => !p.state.startsWith('T'))
    if (!alive) return fact({ serves: false, evidence: d.running.map((p) => p.source) })
    if (!d.hosts.ok) return d.hosts
    if (isV6Only(subject)) return problem('the port has IPv6 addresses only', '端口只有 IPv6 地址')
    const entry = entryFor(d, subject)
    return fact({
      serves: entry !== undefined,
      evidence: [alive.source, entry?.source ?? without(subject.port.mac, d.hosts.fact.source)],
    })
  },
})

export const isV6Only = ({ port: { fixedIps } }: Subject): boolean =>
  fixedIps.length > 0 && fixedIps.every(({ ip }) => ip.includes(':'))

/** The line that gives this port its own IPv4 address (any, where the API could not tell which that is). */
export function entryFor(d: Dnsmasq, subject: Subject) {
  if (!d.hosts.ok) return undefined
  const own = new Set(subject.port.fixedIps.map((f) => f.ip).filter((ip) => !ip.includes(':')))
  return d.hosts.fact.entries.find(
    (e) => e.mac === subject.port.mac && (!subject.fromApi || e.ips.some((ip) => own.has(ip))),
  )
}

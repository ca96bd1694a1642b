import { linkLocal, macsOf } from './port-firewall.ts'
import type { PortFacts } from './port.ts'
import { type Span, writes } from './release.ts'
import { flow, type Row } from './row.ts'

/** Where iptables filters, br-int still checks the sender's addresses (native/br_int.py, `*_spoofing_protection`). */
export function spoofingForms(port: PortFacts, release: Span, next: number): readonly Pick<Row, 'form' | 'or'>[] {
  const { ofport, mac, pairs } = port
  const egress = writes(release, 20) === 'always' ? 30 : writes(release, 20) === 'never' ? 60 : undefined
  const own4 = pairs.filter(({ ip }) => !ip.includes(':')).map(({ ip }) => ip)
  const own6 = [linkLocal(mac), ...pairs.map(({ ip }) => ip).filter((ip) => ip.includes(':'))]
  // With 0.0.0.0/0 or ::/0 allowed there is nothing to check, and nothing is written.
  if (pairs.some(({ ip }) => ip.endsWith('/0'))) return []
  return [
    flow(0, 10, `arp,in_port=${ofport}`, 'resubmit(,24)'),
    flow(0, 10, `icmp6,in_port=${ofport},icmp_type=136`, 'resubmit(,24)'),
    flow(0, 9, `in_port=${ofport}`, 'resubmit(,25)'),
    ...own4.map((ip) => flow(24, 2, `arp,in_port=${ofport},arp_spa=${ip}`, 'resubmit(,25)')),
    ...own6.map((ip) => flow(24, 2, `icmp6,in_port=${ofport},icmp_type=136,nd_target=${ip}`, `resubmit(,${next})`)),
    ...(egress === undefined
      ? []
      : macsOf(port).map((from) => flow(25, 2, `in_port=${ofport},dl_src=${from}`, `resubmit(,${egress})`))),
  ].map((form) => ({ form }))
}

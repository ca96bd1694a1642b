import type { Evidence, Reading } from '../../core/answer.ts'
import { derived, fact, maybe, type Parsed } from '../../core/probe.ts'
import type { Subject } from '../../core/subject.ts'
import { bridgedFate, type Crossing } from '../../netfilter/bridged.ts'
import type { Fate } from '../../netfilter/evaluate.ts'
import type { Rule, Ruleset } from '../../netfilter/ruleset.ts'
import { netfilter } from '../host/netfilter.ts'
import { type HybridDevices, hybridPlug } from './hybrid-plug.ts'

/** What iptables does with what every VM of the hybrid firewall needs: Neutron lets it pass, whatever the security groups say. */
export interface Passage {
  readonly what: 'DHCP request' | 'DHCP reply'
  readonly fate: Fate
  /** Whether it went through the chain of the VM's own port on its way. */
  readonly filtered: boolean
}
export type HybridFirewall =
  | { readonly hybrid: false; readonly source: Evidence }
  | {
      readonly hybrid: true
      readonly tap: string
      /** Whether iptables sees the VM's frames at all. */
      readonly bridged: Reading<boolean>
      readonly passages: readonly Passage[]
      readonly rules: Ruleset
    }

export const hybridFirewall = derived({
  id: 'hybrid-firewall',
  needs: { plug: hybridPlug, netfilter: maybe(netfilter) },
  derive({ plug, netfilter: read }, { subject }): Parsed<HybridFirewall> {
    if (!plug.hybrid) return fact({ hybrid: false, source: plug.source })
    if (!read.ok) return read
    const { rules, sets, bridged } = read.fact
    if (!bridged.ok) return bridged
    const passages = packetsOf(subject, plug).map(({ what, packet }) => {
      const fate = bridgedFate(rules, { packet, sets })
      return { what, fate, filtered: isFiltered(fate.path, plug.tap) }
    })
    return fact({ hybrid: true, tap: plug.tap, bridged: bridged.fact, passages, rules })
  },
})

function packetsOf(
  subject: Subject,
  d: HybridDevices,
): readonly { what: Passage['what']; packet: Crossing['packet'] }[] {
  const own = subject.port.fixedIps.map(({ ip }) => ip).find(isV4)
  const server = subject.dhcpPorts.flatMap(({ ips }) => ips).find(isV4)
  const common = { in: d.qbr, out: d.qbr, protocol: 'udp', state: 'NEW' } as const
  return [
    {
      what: 'DHCP request',
      packet: {
        ...common,
        bridgePorts: { in: d.tap, out: d.qvb },
        ...{ source: '0.0.0.0', destination: '255.255.255.255', sourcePort: 68, destinationPort: 67 },
        sourceMac: subject.port.mac,
      },
    },
    {
      what: 'DHCP reply',
      packet: {
        ...common,
        bridgePorts: { in: d.qvb, out: d.tap },
        ...{ sourcePort: 67, destinationPort: 68 },
        ...(server === undefined ? {} : { source: server }),
        ...(own === undefined ? {} : { destination: own }),
      },
    },
  ]
}

const isV4 = (ip: string) => !ip.includes(':')

/** By the last rule that names the tap: it accepts, or leads to a chain that had something to say. */
function isFiltered(path: readonly Rule[], tap: string): boolean {
  const own = path.findLast((rule) => names(rule, tap))
  return own?.target !== undefined && (own.target.name === 'ACCEPT' || path.some((r) => r.chain === own.target?.name))
}

export const names = (rule: Rule, device: string): boolean =>
  rule.matches.some(
    (match) => match.module === 'physdev' && match.options.some((option) => option.values.includes(device)),
  )

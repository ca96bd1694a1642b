import { evaluate, type Fate } from './evaluate.ts'
import type { IpSets } from './ipset.ts'
import type { Packet } from './packet.ts'
import type { Ruleset } from './ruleset.ts'

/** The chains that an IPv4 packet passes on a Linux bridge with br_netfilter, in this order (linux/netfilter_ipv4.h). */
const hooks = [
  ['raw', 'PREROUTING'],
  ['mangle', 'PREROUTING'],
  ['nat', 'PREROUTING'],
  ['mangle', 'FORWARD'],
  ['filter', 'FORWARD'],
  ['security', 'FORWARD'],
  ['mangle', 'POSTROUTING'],
  ['nat', 'POSTROUTING'],
] as const

export interface Crossing {
  readonly packet: Packet & Required<Pick<Packet, 'bridgePorts'>>
  readonly sets: IpSets
}

/** What becomes of a bridged packet: the first chain that does not let it pass decides, else the filter table. */
export function bridgedFate(rules: Ruleset, { packet, sets }: Crossing): Fate {
  let accepted: Fate = { is: 'accept', source: rules.whole, path: [] }
  for (const [table, chain] of hooks) {
    // Only the first packet of a connection is shown to the nat table.
    if (table === 'nat' && packet.state !== undefined && packet.state !== 'NEW') continue
    const fate = evaluate(rules, { table, chain }, { packet: at(chain, packet), sets })
    if (!fate) continue
    if (fate.is !== 'accept') return fate
    if (table === 'filter') accepted = fate
  }
  return accepted
}

/** Before the bridge has looked where a packet goes, no hook knows by which port it leaves; at the end, none by which device it came. */
function at(chain: (typeof hooks)[number][1], packet: Crossing['packet']): Packet {
  if (chain === 'PREROUTING') return { ...packet, out: '', bridgePorts: { in: packet.bridgePorts.in, out: '' } }
  return chain === 'POSTROUTING' ? { ...packet, in: '' } : packet
}

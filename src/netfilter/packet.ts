/** A packet as a hook of netfilter sees it. What is absent is not known: a rule that asks for it cannot be judged. */
export interface Packet {
  /** The device of the IP stack: of a bridged packet, its bridge. Empty where the hook knows of none. */
  readonly in?: string
  readonly out?: string
  /** Ports of that bridge; absent where the packet is not bridged. */
  readonly bridgePorts?: { readonly in: string; readonly out: string }
  /** `udp`, `tcp`, `icmp`, … */
  readonly protocol?: string
  /** IPv4. */
  readonly source?: string
  readonly destination?: string
  readonly sourcePort?: number
  readonly destinationPort?: number
  readonly icmpType?: number
  readonly sourceMac?: string
  readonly state?: 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED'
}

/** Whether a match is one for a packet: `unknown` where the packet does not tell, or the match is not modelled. */
export type Matched = 'yes' | 'no' | 'unknown'

export const matched = (yes: boolean | undefined, negated = false): Matched =>
  yes === undefined ? 'unknown' : yes !== negated ? 'yes' : 'no'

export function both(all: readonly Matched[]): Matched {
  if (all.includes('no')) return 'no'
  return all.includes('unknown') ? 'unknown' : 'yes'
}

import type { Leg } from '../core/hop.ts'
import type { Part } from '../core/verdict.ts'
import type { Foreign } from '../probes/wiring/foreign.ts'

/** What of the VM's conversations the flow takes. */
export function partOf(hits: readonly Foreign[]): Part {
  const headings = new Set(hits.map((hit) => hit.spoken.heading))
  const [heading] = headings
  const conversations = hits.flatMap(({ spoken: { conversation } }): Leg['conversation'][] =>
    conversation ? [conversation] : [],
  )
  return { conversations: [...new Set(conversations)], ...(headings.size === 1 && heading ? { heading } : {}) }
}

const names = {
  dhcp: { en: "the VM's DHCP packets", zh: '虚拟机的 DHCP 报文' },
  arp: { en: "the VM's ARP packets", zh: '虚拟机的 ARP 报文' },
  ip: { en: 'IP packets of the VM', zh: '虚拟机的 IP 报文' },
}
export function whatOf(hits: readonly Foreign[]) {
  const kinds = [...new Set(hits.map((hit) => hit.spoken.conversation ?? ('ip' as const)))]
  return {
    en: kinds.map((kind) => names[kind].en).join(' and '),
    zh: kinds.map((kind) => names[kind].zh).join('和'),
  }
}

export const matchText = ({ flow }: Foreign) =>
  [...flow.match].map(([key, value]) => (value === '' ? key : `${key}=${value}`)).join(',') || '*'

/** As `ovs-ofctl --strict del-flows` takes it: this flow and no other. */
export const ruleText = (hit: Foreign) =>
  [
    `cookie=${hit.flow.cookie}/-1`,
    `table=${hit.flow.table}`,
    `priority=${hit.flow.priority}`,
    ...(hit.flow.match.size > 0 ? [matchText(hit)] : []),
  ].join(',')

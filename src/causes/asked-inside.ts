import type { Evidence } from '../core/answer.ts'
import type { FromTheDhcpNamespace, InNamespace } from '../core/from-the-dhcp-namespace.ts'
import type { Parsed } from '../core/probe.ts'

/** What was tried inside the DHCP namespace of a host, where somebody has. */
export const insideAt = (tried: Parsed<FromTheDhcpNamespace>, host: string): InNamespace | undefined =>
  tried.ok ? tried.fact.hosts.find((inside) => inside.host === host) : undefined

/** What became of a DISCOVER that was put into its DHCP port. */
export function serverAt(tried: Parsed<FromTheDhcpNamespace>, host: string) {
  const server = insideAt(tried, host)?.server
  return server?.ok ? server.fact : undefined
}

/** That the gateway has answered it; nothing where it did not, or nobody has tried. */
export function gatewayFrom(tried: Parsed<FromTheDhcpNamespace>, host: string): readonly Evidence[] {
  const gateway = insideAt(tried, host)?.reached.find(({ is }) => is === 'gateway')
  if (!gateway) return []
  const { arp, pings } = gateway
  return [
    ...(arp.ok && arp.fact.mac !== undefined ? arp.fact.because : []),
    ...(pings.ok && pings.fact.received > 0 ? [pings.fact.source] : []),
  ]
}

import type { AnyCause, Scope } from '../core/cause.ts'
import type { Subject } from '../core/subject.ts'

/** What a comparison has to look like if this cause, found on this host, is what breaks the VM. */
export function expectedScopes(
  cause: Pick<AnyCause, 'scope' | 'stops'>,
  host: string,
  subject: Subject,
): readonly Scope[] {
  if (!subject.dhcpHosts.includes(host)) return cause.scope
  const asServer = cause.scope.flatMap((scope) => beyond[scope])
  // A tunnel joins two hosts: what is missing at this end may be missing for the VM's host alone.
  const asPeer = host === subject.compute || cause.stops.station === 'tunnel bridge' ? cause.scope : []
  return [...new Set([...asServer, ...asPeer])]
}

/** A DHCP host serves its networks on every host, and perhaps not all networks. */
const beyond: Readonly<Record<Scope, readonly Scope[]>> = {
  port: ['port'],
  'network on host': ['network'],
  host: ['everything', 'network'],
  network: ['network'],
  'security groups': ['security groups'],
  everything: ['everything'],
}

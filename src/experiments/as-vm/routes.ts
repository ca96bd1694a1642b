import type { Trip } from '../../core/experiment.ts'
import type { Subject } from '../../core/subject.ts'
import { type About, guestAt, nicsAt, type Place, serverAt, withDoubt } from './places.ts'

/** A leg and the places at which its frames can be seen, in their order. */
export interface Route extends Pick<Trip, 'conversation' | 'direction' | 'server'> {
  readonly places: readonly Place[]
}

/** Where the frames that are sent as the VM have to pass. They enter br-int at its port: what is before they do not touch. */
export function routesOf(about: About, sends: { readonly dhcp: boolean; readonly arp: boolean }): readonly Route[] {
  const host = about.subject.compute ?? ''
  const guest = guestAt(host, about).map((place) => withDoubt(place, about))
  const nics = withDoubt(nicsAt(host, about), about)
  return [
    ...(sends.dhcp
      ? about.subject.dhcpHosts.flatMap((server) => dhcpRoutes(server, { about, host, guest, nics }))
      : []),
    ...(sends.arp ? bothWays('arp', [nics], guest) : []),
  ]
}

interface Here {
  readonly about: About
  readonly host: string
  readonly guest: readonly Place[]
  readonly nics: Place
}

function dhcpRoutes(server: string, { about, host, guest, nics }: Here): readonly Route[] {
  const between = server === host ? [] : [nics, withDoubt(nicsAt(server, about), about)]
  return bothWays('dhcp', [...between, withDoubt(serverAt(server, about), about)], guest).map((route) => ({
    ...route,
    server,
  }))
}

const bothWays = (
  conversation: Route['conversation'],
  there: readonly Place[],
  guest: readonly Place[],
): readonly Route[] => [
  { conversation, direction: 'request', places: there },
  { conversation, direction: 'reply', places: [...there.toReversed(), ...guest] },
]

/** Every place once. */
export function placesOf(routes: readonly Route[]): readonly Place[] {
  return [...new Set(routes.flatMap((route) => route.places))]
}

/** MACs by which the frames of a DHCP server are known. */
export const macsOf = (server: string, { dhcpPorts }: Subject): ReadonlySet<string> =>
  new Set(dhcpPorts.filter((port) => port.host === server).map((port) => port.mac))

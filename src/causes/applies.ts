import type { Place } from '../core/probe.ts'
import { isTunnelled } from '../core/subject.ts'

/** Somebody is meant to answer a DHCP request: false only where every subnet is known, and known to be without. */
export const isServed = ({ subject: { subnets } }: Place): boolean =>
  subnets.length === 0 || subnets.some((subnet) => subnet.dhcp)

/** Networks whose frames leave through a provider bridge. */
export const isPhysical = ({ subject }: Place): boolean => {
  const type = subject.network.segment?.type
  return type === undefined || type === 'vlan' || type === 'flat'
}
/** What the wire has to carry for the network: a VLAN ID; nothing: untagged frames. 0, which no frame has, where it is not known. */
export const wireVlanOf = ({ subject: { network } }: Place): number | undefined =>
  network.segment?.type === 'flat' ? undefined : (network.segment?.id ?? 0)
/** Networks whose frames leave through br-tun. */
export const isOverlay = ({ subject }: Place): boolean => isTunnelled(subject)
export const isVxlan = (place: Place): boolean => isOverlay(place) && place.subject.network.segment?.type === 'vxlan'

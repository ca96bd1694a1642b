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
export const isVlan = ({ subject }: Place): boolean => {
  const type = subject.network.segment?.type
  return type === undefined || type === 'vlan'
}
/** Networks whose frames leave through br-tun. */
export const isOverlay = ({ subject }: Place): boolean => isTunnelled(subject)
export const isVxlan = (place: Place): boolean => isOverlay(place) && place.subject.network.segment?.type === 'vxlan'

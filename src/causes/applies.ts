import type { Place } from '../core/probe.ts'

/** Networks whose frames leave through a provider bridge. */
export const isPhysical = ({ subject }: Place): boolean => {
  const type = subject.network.segment?.type
  return type === undefined || type === 'vlan' || type === 'flat'
}
export const isVlan = ({ subject }: Place): boolean => {
  const type = subject.network.segment?.type
  return type === undefined || type === 'vlan'
}

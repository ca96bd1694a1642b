import type { Segment } from '../core/subject.ts'
import type { ApiNetwork, ApiSegment } from './neutron.ts'

/** True where only the host's bridge mappings tell which of several segments it is on. */
export const needsMappings = (network: ApiNetwork): boolean => all(network).length > 1

/**
 * The segment that packets of a host with these physical networks travel on; the first where none fits. A user without
 * admin rights sees none.
 */
export function segmentOf(network: ApiNetwork, physicalNetworks: readonly string[]): Segment | undefined {
  const segments = all(network)
  return segments.find((s) => physicalNetworks.includes(s.physicalNetwork ?? '')) ?? segments[0]
}

const all = (network: ApiNetwork): readonly Segment[] => [network, ...(network.segments ?? [])].flatMap(toSegment)

function toSegment(s: ApiSegment): readonly Segment[] {
  const [type, physicalNetwork, id] = [
    s['provider:network_type'],
    s['provider:physical_network'],
    s['provider:segmentation_id'],
  ]
  if (type === undefined) return []
  return [
    { type, ...(physicalNetwork === undefined ? {} : { physicalNetwork }), ...(typeof id === 'number' ? { id } : {}) },
  ]
}

import type { Evidence } from './answer.ts'
import type { Say } from './lang.ts'

/** What `oldhand flows` tells: the flows that a VM needs, beside those that are there. */

export interface FlowDifference {
  /** `wrong`: the same match does something else. `foreign`: not the agent's, and takes or may take the VM's packets. */
  readonly kind: 'missing' | 'wrong' | 'foreign'
  readonly bridge: string
  /** The flow that should be there, as `ovs-ofctl add-flow` takes it; absent for a foreign one. */
  readonly expected?: string
  /** Why it has to be there. */
  readonly why?: Say
  /** The flow that is there, or the dump that does not have it. */
  readonly because: Evidence
  /** What a person would type on the host to put it right. */
  readonly command: readonly string[]
}

export interface HostFlows {
  readonly host: string
  /** Neutron's major version: one, or a range where it could not be told. */
  readonly release: { readonly from: number; readonly to: number }
  readonly unit: string
  readonly present: readonly { readonly bridge: string; readonly expected: string; readonly why: Say }[]
  readonly differences: readonly FlowDifference[]
  /** What could not be computed or compared. */
  readonly unknown: readonly Say[]
  readonly notes: readonly Say[]
}

export interface FlowReport {
  readonly name: string
  readonly hosts: readonly HostFlows[]
}

/** `differ`: a flow is missing, wrong or foreign. `unknown`: none was seen, and not all could be looked at. */
export type FlowVerdict = 'as expected' | 'differ' | 'unknown'

export function flowVerdict({ hosts }: FlowReport): FlowVerdict {
  if (hosts.some(({ differences }) => differences.length > 0)) return 'differ'
  return hosts.length === 0 || hosts.some(({ unknown }) => unknown.length > 0) ? 'unknown' : 'as expected'
}

import type { Evidence } from '../core/answer.ts'
import { derived, fact, maybe, type Parsed, problem } from '../core/probe.ts'
import { releases } from '../probes/host/releases.ts'
import { integrationFlows } from '../probes/wiring/flows.ts'
import type { FlowTable } from '../openflow/flow.ts'

/** Major versions of Neutron that a host's agent may be of: 12 is Queens, 21 Zed, 28 2026.1. One where it is known. */
export interface Span {
  readonly from: number
  readonly to: number
}
export interface Release extends Span {
  /** The package, or the flows that only some releases write. */
  readonly because: readonly Evidence[]
}

export const OLDEST = 12
/** Later ones are taken to write what this one writes. */
export const NEWEST = 29

/** As far as the tables show it: the agent's first flow of br-int is of two kinds. */
export const shownRelease = derived({
  id: 'shown-release',
  needs: { flows: maybe(integrationFlows) },
  derive: ({ flows }): Parsed<Release> =>
    fact(flows.ok ? fromFlows(flows.fact) : { from: OLDEST, to: NEWEST, because: [] }),
})

/** By the installed package; where none tells (agents in containers), by the tables. */
export const agentRelease = derived({
  id: 'agent-release',
  needs: { packages: maybe(releases), shown: shownRelease },
  derive({ packages, shown }): Parsed<Release> {
    const named = (packages.ok ? packages.fact : []).find(({ name }) => name.includes('neutron'))
    const major = named && majorOf(named.version)
    // Its firewall had no table 94 yet.
    if (named && /^(\d+:)?12\.0\./.test(named.version))
      return problem(
        'the flows of Neutron 12.0 are not known, those of 12.1 are',
        '不了解 Neutron 12.0 的流表，只了解 12.1',
      )
    if (named && major !== undefined) return fact({ from: major, to: major, because: [named.source] })
    return fact(shown)
  },
})

/** `2:21.0.0-7+deb12u1`. */
const majorOf = (version: string): number | undefined => {
  const major = Number(/^(?:\d+:)?(\d+)\./.exec(version)?.[1])
  return major >= OLDEST && major < 100 ? major : undefined
}

function fromFlows({ flows }: FlowTable): Release {
  const dead = flows.find((f) => f.table === 0 && f.priority === 65535)
  if (dead?.match.has('dl_vlan')) return { from: 20, to: NEWEST, because: [dead.source] }
  if (dead?.match.has('vlan_tci')) return { from: OLDEST, to: 19, because: [dead.source] }
  return { from: OLDEST, to: NEWEST, because: [] }
}

/** Whether that release writes what came `since` and went with `until` (not included). */
export const writes = ({ from, to }: Span, since: number, until = Infinity) =>
  from >= since && to < until ? 'always' : to < since || from >= until ? 'never' : 'perhaps'

import type { Answer, Evidence } from '../../core/answer.ts'
import { dhcpPortsPath } from '../../core/paths.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { cloudProbe, fact, get, type Parsed } from '../../core/probe.ts'
import { manyOf, textOf } from './body.ts'

/** A DHCP port of the network, as far as it tells whether it is bound. */
export interface ApiDhcpPort {
  readonly id: string
  /** `binding:vif_type`; absent for a user without admin rights. */
  readonly vifType?: string
  readonly cite: (field: string) => Evidence
}

export const apiDhcpPorts = cloudProbe<readonly ApiDhcpPort[]>({
  id: 'dhcp-ports',
  asks: ({ subject }) => (subject.fromApi ? [get('network', dhcpPortsPath(subject.network.id))] : []),
  parse: ([answer]) => fromAnswer(answer, parsePorts),
})

function parsePorts(answer: Answer): Parsed<readonly ApiDhcpPort[]> {
  const list = manyOf(answer, 'ports')
  if (!list.ok) return list
  return fact(
    list.fact.map((r) => {
      const vifType = textOf(r, 'binding:vif_type')
      return { id: textOf(r, 'id') ?? '', cite: r.cite, ...(vifType ? { vifType } : {}) }
    }),
  )
}

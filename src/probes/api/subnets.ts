import type { Evidence } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { cloudProbe, fact, get, type Parsed } from '../../core/probe.ts'
import { networkPath, subnetsPath } from '../../core/paths.ts'
import { citeList, flagOf, manyOf, numberOf, oneOf, textOf } from './body.ts'

export interface ApiSubnet {
  readonly id: string
  readonly name: string
  readonly cidr: string
  readonly version: 4 | 6
  readonly dhcp: boolean
  readonly cite: (field: string) => Evidence
}
export interface ApiNetwork {
  readonly adminUp: boolean
  /** Absent where Neutron does not tell. Bytes. */
  readonly mtu?: number
  readonly subnets: readonly ApiSubnet[]
  /** Cited where there is no subnet. */
  readonly whole: Evidence
  readonly cite: (field: string) => Evidence
}

/** The network and its subnets. */
export const apiNetwork = cloudProbe<ApiNetwork>({
  id: 'network',
  asks: ({ subject }) =>
    subject.fromApi
      ? [get('network', networkPath(subject.network.id)), get('network', subnetsPath(subject.network.id))]
      : [],
  parse: ([network, subnets]): Parsed<ApiNetwork> =>
    fromAnswer(network, (n) =>
      fromAnswer(subnets, (s) => {
        const one = oneOf(n, 'network')
        const many = manyOf(s, 'subnets')
        if (!one.ok) return one
        if (!many.ok) return many
        const mtu = numberOf(one.fact, 'mtu')
        return fact({
          ...(mtu === undefined || mtu === 0 ? {} : { mtu }),
          adminUp: flagOf(one.fact, 'admin_state_up') !== false,
          cite: one.fact.cite,
          whole: citeList(s, 'subnets'),
          subnets: many.fact.map((r) => ({
            id: textOf(r, 'id') ?? '',
            name: textOf(r, 'name') ?? '',
            cidr: textOf(r, 'cidr') ?? '',
            version: r.body.ip_version === 6 ? 6 : 4,
            dhcp: flagOf(r, 'enable_dhcp') === true,
            cite: r.cite,
          })),
        })
      }),
    ),
})

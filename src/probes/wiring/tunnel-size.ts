import { derived, fact, type Parsed, problem } from '../../core/probe.ts'
import { apiNetwork } from '../api/subnets.ts'
import { type Tunnel, tunnel } from './tunnel.ts'

/** How large a packet the underlay has to carry for the network. */
export interface TunnelSize {
  /** Of the network, by Neutron. Bytes. */
  readonly mtu: number
  /** Of the IP packet around a packet of that size. Bytes. */
  readonly needed: number
  /** Open vSwitch is told that tunnelled packets may be fragmented (`df_default`): any MTU carries them. */
  readonly mayFragment: boolean
}

export const tunnelSize = derived({
  id: 'tunnel-size',
  needs: { tunnel, network: apiNetwork },
  derive({ tunnel: t, network }): Parsed<TunnelSize> {
    const around = AROUND[t.type]
    if (network.mtu === undefined || around === undefined)
      return problem("the network's MTU is not known", '不知道网络的 MTU')
    return fact({
      mtu: network.mtu,
      needed: network.mtu + INNER + around + (isVersion6(t) ? IPV6 : IPV4),
      mayFragment: t.ports.some((port) => port.options.get('df_default') === 'false'),
    })
  },
})

/** Headers between the outer IP header and the inner frame: UDP and VXLAN or Geneve without options; GRE with its key. Bytes. */
const AROUND: Readonly<Record<string, number>> = { vxlan: 16, geneve: 16, gre: 8 }
/** The inner Ethernet header. Bytes. */
const INNER = 14
const [IPV4, IPV6] = [20, 40]

const isVersion6 = ({ ports }: Tunnel) => ports.some((port) => port.options.get('remote_ip')?.includes(':'))

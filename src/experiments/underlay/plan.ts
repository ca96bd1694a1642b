import type { PlannedExperiment } from '../../core/experiment.ts'
import { say } from '../../core/lang.ts'
import { PING_S } from '../ping.ts'
import type { Design } from './design.ts'

/** What is going to happen, for the operator to agree to. */
export const planOf = ({ ways, needed, mtu }: Design): PlannedExperiment => ({
  id: 'underlay',
  title: say(
    'Pings between the tunnel addresses, small and as large as the network needs',
    '隧道地址之间互 ping：小包，以及该网络需要的最大包',
  ),
  sends: ways.map(({ host, from, to }) =>
    say(
      `from ${host}: 3 pings ${from} > ${to}, and 3 of ${needed} bytes that must not be fragmented (MTU ${mtu} of the network and what the tunnel adds)`,
      `从 ${host}：${from} > ${to} 发 3 个 ping，再发 3 个 ${needed} 字节、禁止分片的 ping（网络 MTU ${mtu} 加隧道开销）`,
    ),
  ),
  puts: [...new Set(ways.map(({ host }) => host))].map((host) => ({
    host,
    what: say('ping', 'ping'),
    seconds: PING_S,
    ends: say('ended by `timeout` on the host', '由主机上的 `timeout` 结束'),
  })),
})

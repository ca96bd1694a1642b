import type { PlannedExperiment } from '../../core/experiment.ts'
import { say } from '../../core/lang.ts'
import { ROUNDS } from '../as-vm/design.ts'
import { capturePut } from '../as-vm/plan.ts'
import { PING_S } from '../ping.ts'
import type { Design, ServerPort } from './design.ts'

/** What is going to happen, for the operator to agree to. */
export function planOf(design: Design): PlannedExperiment {
  const ports = design.servers.flatMap(({ port }) => (port.ok ? [port.fact] : []))
  return {
    id: 'from-the-dhcp-namespace',
    title: say(
      'From the DHCP namespaces: the server asked at its own port, the gateway and the VM by ARP and ping',
      '从 DHCP namespace 内部：在 DHCP 端口上直接询问 dnsmasq，并对网关和虚拟机做 ARP 和 ping',
    ),
    sends: ports.flatMap((port) => sendsOf(port, design)),
    puts: ports.flatMap(({ host, device, namespace }) => [
      capturePut(device),
      {
        ...{ host, seconds: PING_S },
        what: say(`ping in ${namespace}`, `${namespace} 里的 ping`),
        ends: say('ended by `timeout` on the host', '由主机上的 `timeout` 结束'),
      },
    ]),
  }
}

function sendsOf({ host, bridge, ofport, ip }: ServerPort, { xid, targets, mtu }: Design) {
  const ips = targets.map((target) => target.ip).join(', ')
  const discover = say(
    `${ROUNDS} DHCPDISCOVER with the MAC of the VM, xid 0x${xid}, to port ${ofport} of ${bridge} on ${host} alone; no lease is taken`,
    `只向 ${host} 的 ${bridge} 端口 ${ofport} 发 ${ROUNDS} 个 DHCPDISCOVER（虚拟机的 MAC，xid 0x${xid}）；不会占用租约`,
  )
  if (ip === undefined || targets.length === 0) return [discover]
  const others = say(
    `from the DHCP port ${ip} on ${host}: ${ROUNDS} ARP requests and 3 pings each for ${ips}${mtu === undefined ? '' : `, and 3 pings of ${mtu} bytes that must not be fragmented (MTU of the network)`}`,
    `从 ${host} 的 DHCP 端口 ${ip}：对 ${ips} 各发 ${ROUNDS} 个 ARP 请求和 3 个 ping${mtu === undefined ? '' : `，再发 3 个 ${mtu} 字节、禁止分片的 ping（网络的 MTU）`}`,
  )
  return [discover, others]
}

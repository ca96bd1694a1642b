import type { PlannedExperiment, Put } from '../../core/experiment.ts'
import { say } from '../../core/lang.ts'
import { CAPTURE_S } from './capture.ts'
import { askerOf, type Design, ROUNDS } from './design.ts'
import type { Device } from './places.ts'
import { placesOf } from './routes.ts'

/** What is going to happen, for the operator to agree to. */
export function planOf(design: Design): PlannedExperiment {
  const { host, bridge, ofport } = design.at
  return {
    id: 'as-the-vm',
    title: say('Packets sent as the VM, watched at every hop', '以虚拟机身份发送报文，在每一跳抓包'),
    sends: [
      ...(design.sends.dhcp
        ? [
            say(
              `${ROUNDS} DHCPDISCOVER with the MAC of the VM, xid 0x${design.run}, into port ${ofport} of ${bridge} on ${host}; no lease is taken`,
              `在 ${host} 的 ${bridge} 端口 ${ofport} 注入 ${ROUNDS} 个 DHCPDISCOVER（虚拟机的 MAC，xid 0x${design.run}）；不会占用租约`,
            ),
          ]
        : []),
      ...(design.sends.arp
        ? [
            say(
              `${ROUNDS} ARP requests of the VM for its gateway ${design.gateway}, in the same way`,
              `以同样方式注入 ${ROUNDS} 个虚拟机对网关 ${design.gateway} 的 ARP 请求`,
            ),
          ]
        : []),
      ...aboutAddress(design),
      ...hybridNote(design),
    ],
    puts: putsOf([design]),
  }
}

export const putsOf = (designs: readonly Design[]): readonly Put[] => devicesOf(designs).map(capturePut)

export const capturePut = (device: Device): Put => ({
  host: device.host,
  what: say(`tcpdump on ${nameOf(device)}, of these frames alone`, `在 ${nameOf(device)} 上用 tcpdump 只抓这些报文`),
  seconds: CAPTURE_S,
  ends: say(
    'usually told to end after 2.5 s, ended by `timeout` on the host in any case; no file is written',
    '通常 2.5 秒后即停止，最迟由主机上的 `timeout` 结束；不写文件',
  ),
})

/** Who else has the address, and whether the guest has it. */
function aboutAddress(design: Design) {
  const { ip } = design.wanted
  const asker = askerOf(design)
  if (ip === undefined) return []
  const probe = say(
    `${ROUNDS} ARP probes for its own address ${ip} (RFC 5227: nobody learns from them), past its firewall`,
    `${ROUNDS} 个对它自己地址 ${ip} 的 ARP 探测（RFC 5227，不会被任何人学习），绕过防火墙`,
  )
  if (!asker) return [probe]
  const ask = say(
    `${ROUNDS} ARP requests for ${ip} to the guest alone, in the name of the DHCP port ${asker.ip}`,
    `以 DHCP 端口 ${asker.ip} 的名义，只向虚拟机发 ${ROUNDS} 个询问 ${ip} 的 ARP 请求`,
  )
  return [probe, ask]
}

/** Behind qvo: the firewall of the hybrid plug stands before it. */
function hybridNote({ routes }: Design) {
  const isHybrid = placesOf(routes).some((place) => place.devices.some((device) => device.name.startsWith('qvo')))
  return isHybrid
    ? [
        say(
          'They enter br-int at qvo: the iptables rules of the VM, before it, are not tried by what is sent, only by what comes back',
          '报文从 qvo 进入 br-int：发出的报文不经过虚拟机的 iptables 规则，只有返回的报文经过',
        ),
      ]
    : []
}

const devicesOf = (designs: readonly Design[]): readonly Device[] => [
  ...new Map(
    designs
      .flatMap(({ routes }) => placesOf(routes).flatMap((place) => place.devices))
      .map((device) => [`${device.host} ${nameOf(device)}`, device]),
  ).values(),
]

const nameOf = ({ name, netns }: Device): string => (netns === undefined ? name : `${name} (${netns})`)

import { defineCause } from '../../core/cause.ts'
import { ruledOut, unknown } from '../../core/verdict.ts'
import { sentAsVm } from '../../probes/wiring/sent-as-vm.ts'
import { byHand } from '../remedies.ts'
import { asFarAsItReaches, foreignServer, isDhcpPorts, knowsItsServers } from '../strangers.ts'

export default defineCause({
  id: 'rogue-dhcp-server',
  at: 'compute',
  // Both servers' answers pass: which of them the guest takes is a matter of luck.
  stops: { station: 'switch', conversations: [] },
  scope: ['network', 'port'],
  byProof: true,
  applies: knowsItsServers,
  needs: { sent: sentAsVm },
  explainedBy: [],

  check({ sent }, place) {
    const server = foreignServer(sent, ({ ip }) => !isDhcpPorts(ip, place))
    if (!server.ok) return unknown(server.problem)
    const { stranger, because } = server.fact
    if (!stranger) return ruledOut(...because)
    const detail = { mac: stranger.mac, ip: stranger.ip ?? '?', offers: stranger.offers ?? '?' }
    return asFarAsItReaches(stranger, detail, because)
  },

  fix: ({ mac, ip }, { subject }) => [
    byHand(
      'switch',
      `Find ${mac} (${ip}) in the MAC tables of the switches (VLAN ${subject.network.segment?.id ?? '-'}) and take it off the network, or stop its DHCP server.`,
      `在交换机 MAC 表里查 ${mac}（${ip}，VLAN ${subject.network.segment?.id ?? '-'}），找到该设备，断开它或停掉它的 DHCP 服务。`,
    ),
    byHand(
      'switch',
      'So that it cannot come again: DHCP snooping on the switches, with the ports of the network nodes trusted.',
      '防止再次出现：在交换机上启用 DHCP snooping，并信任网络节点所接的端口。',
    ),
  ],

  words: {
    en: {
      title: 'A DHCP server that Neutron does not know answers the VM',
      why: 'The guest takes the offer that comes first: with an address that is not its own, the anti-spoofing rules drop all it sends.',
      says: (d) => `${d.ip} (${d.mac}) answers the VM's DHCP request too, and offers ${d.offers}.`,
    },
    zh: {
      title: '有 Neutron 不认识的 DHCP 服务器在应答虚拟机',
      why: '虚拟机接受先到的 OFFER：一旦拿到不属于自己的地址，它发出的报文会被防欺骗规则全部丢弃。',
      says: (d) => `${d.ip}（${d.mac}）也应答了虚拟机的 DHCP 请求，分配的是 ${d.offers}。`,
    },
  },
})

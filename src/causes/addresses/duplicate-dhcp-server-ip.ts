import { defineCause } from '../../core/cause.ts'
import { ruledOut, unknown } from '../../core/verdict.ts'
import { sentAsVm } from '../../probes/wiring/sent-as-vm.ts'
import { byHand } from '../remedies.ts'
import { asFarAsItReaches, foreignServer, isDhcpPorts, knowsItsServers } from '../strangers.ts'

export default defineCause({
  id: 'duplicate-dhcp-server-ip',
  at: 'compute',
  stops: { station: 'switch', conversations: [] },
  scope: ['network', 'port'],
  byProof: true,
  applies: knowsItsServers,
  needs: { sent: sentAsVm },
  explainedBy: [],

  check({ sent }, place) {
    const server = foreignServer(sent, ({ ip }) => isDhcpPorts(ip, place))
    if (!server.ok) return unknown(server.problem)
    const { stranger, because } = server.fact
    if (!stranger) return ruledOut(...because)
    const owner = place.subject.dhcpPorts.find(({ ips }) => ips.includes(stranger.ip ?? ''))
    const detail = {
      mac: stranger.mac,
      ip: stranger.ip ?? '?',
      offers: stranger.offers ?? '?',
      owner: owner ? `${owner.mac}, ${owner.host || '?'}` : '?',
    }
    return asFarAsItReaches(stranger, detail, because)
  },

  fix: ({ mac, ip }, { subject }) => [
    byHand(
      'switch',
      `Find ${mac} in the MAC tables of the switches (VLAN ${subject.network.segment?.id ?? '-'}) and take ${ip} away from it.`,
      `在交换机 MAC 表里查 ${mac}（VLAN ${subject.network.segment?.id ?? '-'}），找到该设备，去掉它的地址 ${ip}。`,
    ),
    byHand(
      'switch',
      `If it is a host that once served the network: delete the leftover namespace qdhcp-${subject.network.id} and its dnsmasq there.`,
      `如果它是曾经服务过该网络的主机：在那台主机上清理残留的 qdhcp-${subject.network.id} 和它的 dnsmasq。`,
    ),
  ],

  words: {
    en: {
      title: 'Another machine serves DHCP under the address of the DHCP port',
      why: 'What the guest sends to its DHCP server may reach the wrong one, and the answers of the two differ.',
      says: (d) => `${d.mac} answers as ${d.ip} and offers ${d.offers}; the address is that of ${d.owner}.`,
    },
    zh: {
      title: '另一台机器用 DHCP 端口的地址提供 DHCP 服务',
      why: '虚拟机发给 DHCP 服务器的报文可能到了错的那一台，两台的应答也不一样。',
      says: (d) => `${d.mac} 以 ${d.ip} 的身份应答，分配 ${d.offers}；该地址属于 ${d.owner}。`,
    },
  },
})

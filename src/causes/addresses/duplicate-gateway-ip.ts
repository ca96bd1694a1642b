import { defineCause } from '../../core/cause.ts'
import { without } from '../../core/answer.ts'
import { gatewayOf } from '../../core/subject.ts'
import { found, quietly, ruledOut, unknown } from '../../core/verdict.ts'
import { sentAsVm } from '../../probes/wiring/sent-as-vm.ts'
import { byHand } from '../remedies.ts'

export default defineCause({
  id: 'duplicate-gateway-ip',
  at: 'compute',
  // Packets pass; to whom those for the gateway go is a matter of luck.
  stops: { station: 'switch', conversations: [] },
  // A VM that has learned the right MAC works all the same.
  scope: ['network', 'network on host', 'port'],
  byProof: true,
  applies: ({ subject }) => gatewayOf(subject) !== undefined,
  needs: { sent: sentAsVm },
  explainedBy: [],

  check({ sent }, { subject }) {
    const ip = gatewayOf(subject) ?? ''
    if (!sent.strangers.ok) return unknown(sent.strangers.problem)
    const all = sent.strangers.fact.all.filter((s) => s.is === 'gateway')
    const because = all.flatMap((s) => s.because.slice(0, 1))
    if (all.length > 0) {
      const macs = all.map(({ mac }) => mac)
      const owner = macs.find((mac) => mac === subject.gatewayMac)
      // Of a router that Neutron does not know, both may be its own: two NICs on one network answer for each other.
      return found({ ip, macs, ...(owner === undefined ? {} : { owner }) }, owner ? 'certain' : 'likely', ...because)
    }
    const answered = sent.trips
      .filter((t) => t.conversation === 'arp' && t.direction === 'reply')
      .flatMap((t) => t.passages.filter((p) => p.station === 'NIC' && p.state === 'seen'))
    const [seen] = answered
    return seen
      ? ruledOut(
          ...seen.because,
          ...sent.strangers.fact.because.map((whole) => without(`another answer for ${ip}`, whole)),
        )
      : quietly(unknown('no answer of the gateway was seen on the NIC', '网卡上没有看到网关的应答'))
  },

  fix: ({ ip, macs, owner }, { subject }) => [
    byHand(
      'switch',
      `Find ${macs.filter((mac) => mac !== owner).join(' and ')} in the MAC tables of the switches (VLAN ${subject.network.segment?.id ?? '-'}), and take ${ip} away from whoever is not the gateway.`,
      `在交换机 MAC 表里查 ${macs.filter((mac) => mac !== owner).join('、')}（VLAN ${subject.network.segment?.id ?? '-'}），从不是网关的那台设备上去掉 ${ip}。`,
    ),
    ...(owner === undefined
      ? [
          byHand(
            'switch',
            `First ask the network team whether both are the gateway: two interfaces of one router on this network, or a pair of which both answer, look the same.`,
            `先问网络组这两个 MAC 是否都是网关：同一台路由器在该网络上有两个接口，或主备两台都应答，看起来也是这样。`,
          ),
        ]
      : []),
  ],

  words: {
    en: {
      title: "Two machines answer for the gateway's address",
      why: 'Who of them gets the packets of a VM is a matter of luck, and changes from minute to minute.',
      says: (d) =>
        `To one and the same ARP request for ${d.ip}, ${d.macs.join(' and ')} answer${d.owner === undefined ? '' : `; it is that of ${d.owner}, a port of Neutron's router`}.`,
    },
    zh: {
      title: '两台设备都应答网关地址',
      why: '虚拟机的报文发到哪一台全凭运气，而且随时会变。',
      says: (d) =>
        `对同一个查询 ${d.ip} 的 ARP 请求，${d.macs.join('、')} 都作了应答${d.owner === undefined ? '' : `；该地址属于 Neutron 路由器端口 ${d.owner}`}。`,
    },
  },
})

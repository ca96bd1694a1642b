import { defineCause } from '../../core/cause.ts'
import { say } from '../../core/lang.ts'
import { found, ruledOut } from '../../core/verdict.ts'
import { apiNetwork } from '../../probes/api/subnets.ts'

export default defineCause({
  id: 'subnet-dhcp-disabled',
  at: 'cloud',
  stops: { station: 'dnsmasq' },
  needs: { network: apiNetwork },
  explainedBy: [],

  check({ network }, { subject }) {
    const own = new Set(subject.port.fixedIps.map((f) => f.subnetId))
    const v4 = network.subnets.filter((s) => s.version === 4)
    // A VM of an IPv6-only port does not ask for an IPv4 lease.
    const asked =
      own.size > 0 ? network.subnets.filter((s) => own.has(s.id)).filter((s) => s.version === 4 || v4.length === 0) : v4
    if (network.subnets.length === 0) return found({ subnet: '', id: '' }, 'certain', network.whole)
    const off = asked.find((s) => !s.dhcp)
    if (!off) return ruledOut(...asked.map((s) => s.cite('enable_dhcp')))
    return found({ subnet: `${off.name || off.id} (${off.cidr})`, id: off.id }, 'certain', off.cite('enable_dhcp'))
  },

  fix: ({ id }) =>
    id === ''
      ? [{ on: 'api', risk: 'none', say: say('Create a subnet with DHCP.', '给网络创建一个开启 DHCP 的子网。') }]
      : [
          {
            on: 'api',
            risk: 'none',
            run: ['openstack', 'subnet', 'set', '--dhcp', id],
            undo: ['openstack', 'subnet', 'set', '--no-dhcp', id],
            say: say(
              'Switch DHCP on, or, if it is off on purpose, configure the address in the guest (config drive, cloud-init).',
              '打开子网的 DHCP；如果是有意关闭的，请在虚拟机内静态配置地址（config drive / cloud-init）。',
            ),
          },
        ],

  fault: ({ network }, { subject }) => {
    const id = network.subnets.find((s) => subject.port.fixedIps.some((f) => f.subnetId === s.id))?.id ?? ''
    return [
      {
        on: 'api',
        run: ['openstack', 'subnet', 'set', '--no-dhcp', id],
        undo: ['openstack', 'subnet', 'set', '--dhcp', id],
      },
    ]
  },

  words: {
    en: {
      title: 'DHCP is switched off on the subnet',
      why: "By design nobody answers the VM's DHCP request.",
      says: (d) => (d.subnet === '' ? 'The network has no subnet.' : `Subnet ${d.subnet} has enable_dhcp=False.`),
    },
    zh: {
      title: '子网没有开启 DHCP',
      why: '按配置就不会有人应答虚拟机的 DHCP 请求。',
      says: (d) => (d.subnet === '' ? '网络没有子网。' : `子网 ${d.subnet} 的 enable_dhcp 为 False。`),
    },
  },
})

import { defineCause } from '../../core/cause.ts'
import { type Language, say } from '../../core/lang.ts'
import { type AtHost, every } from '../../core/probe.ts'
import type { Remedy } from '../../core/step.ts'
import { found, ruledOut, type Sureness, unknown } from '../../core/verdict.ts'
import { apiNetwork } from '../../probes/api/subnets.ts'
import { addressUsed, dhcpAsked, type Sighting } from '../../probes/wiring/heard.ts'

export default defineCause({
  id: 'subnet-dhcp-disabled',
  at: 'cloud',
  stops: { station: 'dnsmasq' },
  // A network may have several subnets.
  scope: ['network', 'port'],
  needs: { network: apiNetwork, asked: every('compute', dhcpAsked), used: every('compute', addressUsed) },
  explainedBy: [],

  check({ network, asked: requests, used }, { subject }) {
    const own = new Set(subject.port.fixedIps.map((f) => f.subnetId))
    const v4 = network.subnets.filter((s) => s.version === 4)
    // A VM of an IPv6-only port does not ask for an IPv4 lease.
    const asked =
      own.size > 0 ? network.subnets.filter((s) => own.has(s.id)).filter((s) => s.version === 4 || v4.length === 0) : v4
    if (!network.adminUp) {
      const named = subject.network.name || subject.network.id
      return found(
        { what: 'network down' as What, name: named, id: subject.network.id },
        'certain',
        network.cite('admin_state_up'),
      )
    }
    if (network.subnets.length === 0 && own.size > 0)
      return unknown("the network's subnets are not shown to this user", '当前用户看不到该网络的子网')
    if (network.subnets.length === 0)
      return found({ what: 'no subnet' as What, name: '', id: '' }, 'certain', network.whole)
    const off = asked[0]
    if (!off) return unknown('the API shows none of the subnets of the port', 'API 没有返回该端口的子网')
    if (asked.some((s) => s.dhcp)) return ruledOut(...asked.map((s) => s.cite('enable_dhcp')))
    const [request, spoken] = [recent(requests), recent(used)]
    const detail = { what: 'off' as What, name: `${off.name || off.id} (${off.cidr})`, id: off.id }
    const witness = request ?? spoken
    return found(detail, sureness(request), off.cite('enable_dhcp'), ...(witness ? [witness.source] : []))
  },

  fix: ({ what, id }) => [remedies[what](id)],

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
      title: 'DHCP is switched off on the subnet or its network',
      why: "By design nobody answers the VM's DHCP request.",
      says: (d) => sentences.en[d.what](d.name),
    },
    zh: {
      title: '子网或网络没有开启 DHCP',
      why: '按配置就不会有人应答虚拟机的 DHCP 请求。',
      says: (d) => sentences.zh[d.what](d.name),
    },
  },
})

type What = 'off' | 'no subnet' | 'network down'
const sentences: Readonly<Record<Language, Readonly<Record<What, (name: string) => string>>>> = {
  en: {
    off: (name) => `Subnet ${name} has enable_dhcp=False.`,
    'no subnet': () => 'The network has no subnet.',
    'network down': (name) => `Network ${name} has admin_state_up=False: its DHCP is taken away.`,
  },
  zh: {
    off: (name) => `子网 ${name} 的 enable_dhcp 为 False。`,
    'no subnet': () => '网络没有子网。',
    'network down': (name) => `网络 ${name} 的 admin_state_up 为 False，DHCP 已被撤掉。`,
  },
}
const remedies: Readonly<Record<What, (id: string) => Remedy>> = {
  off: (id) => ({
    on: 'api',
    risk: 'none',
    run: ['openstack', 'subnet', 'set', '--dhcp', id],
    undo: ['openstack', 'subnet', 'set', '--no-dhcp', id],
    say: say(
      'Switch DHCP on, or, if it is off on purpose, configure the address in the guest (config drive, cloud-init).',
      '打开子网的 DHCP；如果是有意关闭的，请在虚拟机内静态配置地址（config drive / cloud-init）。',
    ),
  }),
  'no subnet': () => ({
    on: 'api',
    risk: 'none',
    say: say('Create a subnet with DHCP.', '给网络创建一个开启 DHCP 的子网。'),
  }),
  'network down': (id) => ({
    on: 'api',
    risk: 'none',
    run: ['openstack', 'network', 'set', '--enable', id],
    undo: ['openstack', 'network', 'set', '--disable', id],
    say: say('Switch the network on again.', '重新启用该网络。'),
  }),
}

/** Seconds. */
const RECENT = 300

/** Off may be on purpose: only of a guest that asks all the same is it known that this breaks it. */
const sureness = (request: Sighting | undefined): Sureness => (request ? 'certain' : 'possible')

const recent = (all: readonly AtHost<Sighting | undefined>[]) =>
  all.flatMap(({ fact }) => (fact.ok && fact.fact && fact.fact.age <= RECENT ? [fact.fact] : []))[0]

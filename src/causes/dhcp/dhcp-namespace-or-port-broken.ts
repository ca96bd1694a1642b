import { without } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import { maybe } from '../../core/probe.ts'
import { integer } from '../../core/scan.ts'
import type { Subject } from '../../core/subject.ts'
import { found, ruledOut, unknown } from '../../core/verdict.ts'
import { usualLogs } from '../../probes/agents/log.ts'
import { type DhcpNamespace, dhcpNs } from '../../probes/dhcp/namespace.ts'
import { isAdminUp, type Link } from '../../probes/host/links.ts'
import { type Ovsdb, type OvsPort, ovsdb } from '../../probes/ovs/ovsdb.ts'
import { dhcpAgent } from '../../probes/wiring/agent-state.ts'
import { fromTheDhcpNamespace } from '../../probes/wiring/from-the-dhcp-namespace.ts'
import { DEAD_VLAN } from '../../probes/wiring/local-vlan.ts'
import { isServed } from '../applies.ts'
import { gatewayFrom } from '../asked-inside.ts'
import { heard, readLog, reschedule, restartDhcpAgent, setUp } from '../remedies.ts'

type What = 'no namespace' | 'no device' | 'down' | 'no address' | 'not opened' | 'not plugged' | 'wrong tag'

export default defineCause({
  id: 'dhcp-namespace-or-port-broken',
  at: 'dhcp',
  stops: { station: 'DHCP namespace' },
  scope: ['network on host'],
  applies: isServed,
  needs: { namespace: dhcpNs, ovsdb: maybe(ovsdb), agent: dhcpAgent, inside: maybe(fromTheDhcpNamespace) },
  explainedBy: [
    'stale-ports-namespaces-after-reboot',
    'rootwrap-or-privsep-broken',
    'disk-full',
    'dhcp-agent-down',
    'subnet-dhcp-disabled',
    'dhcp-network-unscheduled',
    'vswitchd-down',
  ],

  check({ namespace: ns, ovsdb: db, agent, inside }, { subject, host }) {
    const common = { namespace: ns.name, unit: agent.unit, agent: heard(agent.api) }
    if (!ns.exists) return found({ ...common, what: 'no namespace' as What, device: '' }, 'certain', ns.source)
    const ports = subject.dhcpPorts.filter((p) => p.host === host)
    if (ports.length === 0)
      return unknown(
        `Neutron has no DHCP port of the network on ${host}`,
        `Neutron 中该网络在 ${host} 上没有 DHCP 端口`,
      )
    const fault = ports.map((port) => faultOf(port, ns, db.ok ? db.fact : undefined)).find((f) => f !== undefined)
    // Whatever Open vSwitch says of it: its frames come to the gateway, and back.
    const gateway = gatewayFrom(inside, host)
    if (gateway.length > 0 && (!fault || fault.what === 'not plugged')) return ruledOut(...gateway)
    if (fault) {
      const sure = fault.what === 'not plugged' ? 'likely' : 'certain'
      return found({ ...common, what: fault.what, device: fault.device }, sure, ...fault.because)
    }
    if (!db.ok) return unknown(db.problem)
    return ruledOut(...ns.addresses.filter((a) => ports.some((p) => p.ips.includes(a.ip))).map((a) => a.source))
  },

  fix: ({ unit, agent, what, device, namespace }, { host, subject }) => [
    ...(what === 'down' ? [setUp(host, device, ['ip', 'netns', 'exec', namespace])] : []),
    restartDhcpAgent(
      host,
      unit,
      'it builds the namespace and its device again.',
      '它会重建 namespace 和里面的 tap 设备。',
    ),
    ...reschedule(agent, subject.network.id),
    readLog(host, usualLogs['neutron-dhcp-agent']),
  ],

  fault: ({ namespace: ns, agent }, { host }) => {
    const device = ns.links.find((l) => l.name !== 'lo')?.name ?? ''
    const inside = ['ip', 'netns', 'exec', ns.name, 'ip', 'link', 'set', device]
    return [
      // Its routes are gone with the link: the agent writes them again.
      { on: host, run: ['true'], undo: ['systemctl', 'restart', agent.unit] },
      { on: host, run: [...inside, 'down'], undo: [...inside, 'up'] },
    ]
  },

  words: {
    en: {
      title: 'The DHCP namespace of the network is broken',
      why: 'dnsmasq hears and answers through the one device of this namespace.',
      says: (d) => sentence.en(d),
    },
    zh: {
      title: '该网络的 DHCP namespace 异常',
      why: 'dnsmasq 通过这个 namespace 里的 tap 设备收发报文。',
      says: (d) => sentence.zh(d),
    },
  },
})

interface Detail {
  readonly namespace: string
  readonly what: What
  readonly device: string
}
const sentence = {
  en: (d: Detail) =>
    ({
      'no namespace': `${d.namespace} does not exist.`,
      'no device': `${d.namespace} has no device with the DHCP port's MAC.`,
      down: `${d.device} in ${d.namespace} is down.`,
      'no address': `${d.device} in ${d.namespace} has no IP address of the DHCP port.`,
      'not opened': `Open vSwitch could not open ${d.device}.`,
      'not plugged': `${d.device} is not a port of Open vSwitch.`,
      'wrong tag': `${d.device} has another VLAN tag than the one that the Open vSwitch agent gave it.`,
    })[d.what],
  zh: (d: Detail) =>
    ({
      'no namespace': `${d.namespace} 不存在。`,
      'no device': `${d.namespace} 里没有 DHCP 端口对应的 tap 设备。`,
      down: `${d.namespace} 里的 ${d.device} 是 down 的。`,
      'no address': `${d.namespace} 里的 ${d.device} 没有配置 DHCP 端口的 IP。`,
      'not opened': `Open vSwitch 打不开 ${d.device}。`,
      'not plugged': `${d.device} 不在 Open vSwitch 里。`,
      'wrong tag': `${d.device} 的 tag 与 OVS agent 分配的不一致。`,
    })[d.what],
}

interface Fault {
  readonly what: What
  readonly device: string
  readonly because: readonly DhcpNamespace['source'][]
}

function faultOf(port: Subject['dhcpPorts'][number], ns: DhcpNamespace, db: Ovsdb | undefined): Fault | undefined {
  const row = db?.bridges
    .flatMap((b) => b.ports)
    .find((p) => p.interfaces.some((i) => i.externalIds.get('iface-id') === port.id))
  const iface = row?.interfaces[0]
  if (row && iface?.ofport === -1) return { what: 'not opened', device: iface.name, because: [iface.source] }
  const link = ns.links.find((l) => l.mac === port.mac)
  if (!link) return { what: 'no device', device: '', because: [ns.source, ...ns.links.map((l) => l.source)] }
  if (!isAdminUp(link)) return { what: 'down', device: link.name, because: [link.source] }
  const own = ns.addresses.filter((a) => a.device === link.name)
  if (!port.ips.some((ip) => own.some((a) => a.ip === ip))) {
    return { what: 'no address', device: link.name, because: [link.source, ...own.map((a) => a.source)] }
  }
  return db === undefined ? undefined : switchFaultOf(row, link, db)
}

/** What Open vSwitch does with the device: its frames must carry the VLAN that the agent noted on the port. */
function switchFaultOf(row: OvsPort | undefined, link: Link, db: Ovsdb): Fault | undefined {
  if (!row) return { what: 'not plugged', device: link.name, because: [without(link.name, db.whole.interfaces)] }
  // Not wired at all is the story of the Open vSwitch agent (dhcp-port-dead-or-unbound).
  if (row.tag === undefined || row.tag === DEAD_VLAN) return undefined
  const noted = integer(row.otherConfig.get('tag'))
  return noted !== undefined && row.tag !== noted
    ? { what: 'wrong tag', device: link.name, because: [row.source] }
    : undefined
}

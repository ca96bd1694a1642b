import { defineCause } from '../../core/cause.ts'
import { type Language, say } from '../../core/lang.ts'
import { maybe } from '../../core/probe.ts'
import { dhcpNamespace, tapOf } from '../../core/subject.ts'
import { dnsmasq } from '../../probes/dhcp/dnsmasq.ts'
import { hollowNamespace } from '../../probes/dhcp/hollow-namespace.ts'
import { dhcpNs } from '../../probes/dhcp/namespace.ts'
import { links } from '../../probes/host/links.ts'
import { processes } from '../../probes/host/processes.ts'
import { ovsdb } from '../../probes/ovs/ovsdb.ts'
import { dhcpAgent } from '../../probes/wiring/agent-state.ts'
import { vif } from '../../probes/wiring/vif.ts'
import { isServed } from '../applies.ts'
import { type Leftover, leftOfGuest, leftOfServer, worstOf } from '../leftovers.ts'
import { plug, restartDhcpAgent } from '../remedies.ts'

export default defineCause({
  id: 'stale-ports-namespaces-after-reboot',
  at: 'ends',
  stops: { station: 'DHCP namespace' },
  scope: ['port', 'network on host', 'host'],
  needs: {
    ...{ ovsdb, links, processes, vif, agent: dhcpAgent },
    ...{ hollow: maybe(hollowNamespace), namespace: maybe(dhcpNs), dnsmasq: maybe(dnsmasq) },
  },
  // A namespace that no agent builds again is the story of that agent.
  explainedBy: [
    ...(['vswitchd-down', 'dhcp-agent-down', 'rabbitmq-unreachable', 'rootwrap-or-privsep-broken'] as const),
    ...(['disk-full', 'subnet-dhcp-disabled', 'dhcp-network-unscheduled'] as const),
  ],

  check({ vif: v, agent, ...facts }, place) {
    const { subject, host } = place
    const isServer = subject.dhcpHosts.includes(host) && isServed(place)
    const verdict = worstOf([
      ...(subject.compute === host ? [leftOfGuest(v, facts, subject)] : []),
      ...(isServer ? [leftOfServer(facts, subject, host)] : []),
    ])
    if (verdict.is !== 'found') return verdict
    return { ...verdict, detail: { ...verdict.detail, unit: agent.unit, namespace: dhcpNamespace(subject.network) } }
  },

  fix: ({ what, unit, namespace }, { host, subject }) => {
    if (what === 'row')
      return [
        {
          on: 'api',
          risk: 'blips this port',
          run: ['openstack', 'server', 'reboot', '--hard', subject.port.deviceId],
          say: say(
            'Start the VM by a hard reboot: Nova makes its tap and plugs it anew, in place of the old row. resume_guests_state_on_host_boot in nova.conf does so after each reboot of the host.',
            '硬重启以启动虚拟机：Nova 会重建 tap 并重新接入，替换旧的记录。nova.conf 的 resume_guests_state_on_host_boot 可在主机每次重启后自动拉起虚拟机。',
          ),
        },
      ]
    const again = restartDhcpAgent(
      host,
      unit,
      'it builds the namespace and its device again.',
      '它会重建 namespace 和里面的 tap 设备。',
    )
    if (what === 'outside') return [again]
    return [
      {
        on: host,
        risk: 'none',
        run: ['ip', 'netns', 'delete', namespace],
        say: say(
          'Delete the file that has only the name of the namespace: the DHCP agent tries again within seconds and makes a real one.',
          '删除这个徒有其名的文件：DHCP agent 几秒内会重试并重新建好 namespace。',
        ),
      },
      { ...again, say: say(`If it does not: ${again.say.en}`, `如果没有重建：${again.say.zh}`) },
    ]
  },

  fault: ({ vif: v }, { host, subject }) => {
    if (host !== subject.compute) return hollowed(host, dhcpNamespace(subject.network))
    const tap = tapOf(subject.port)
    const again = plug(v.integration, tap, subject.port)
    const back = `ip -n gone link set ${tap} netns 1 && ip link set ${tap} up`
    return [
      { on: host, run: ['true'], undo: again },
      { on: host, run: ['true'], undo: ['ovs-vsctl', '--if-exists', 'del-port', tap] },
      { on: host, run: ['ip', 'netns', 'add', 'gone'], undo: ['ip', 'netns', 'delete', 'gone'] },
      // As when the guest ends with its host: the device goes, and nobody takes the row away.
      { on: host, run: ['ip', 'link', 'set', tap, 'netns', 'gone'], undo: ['sh', '-c', back] },
      // Open vSwitch opens it anew, as after a start.
      { on: host, run: ['ovs-vsctl', 'set', 'Interface', tap, 'type=patch'], undo: ['true'] },
      { on: host, run: ['ovs-vsctl', '--', 'set', 'Interface', tap, 'type=""'], undo: ['true'] },
    ]
  },

  words: {
    en: {
      title: 'What was left from before a reboot of the host was not cleaned up',
      why: 'OVSDB and files outlive a reboot; devices, namespaces and guests do not. What stands for them is empty.',
      says: (d) =>
        `${sentences.en[d.what](d)}${d.up === undefined ? '' : ` The host was started ${ago(d.up).en} ago.`}`,
    },
    zh: {
      title: '主机重启前的残留没有清理',
      why: 'OVSDB 和文件在重启后还在，网卡设备、namespace 和虚拟机却不在了，留下的只是空壳。',
      says: (d) => `${sentences.zh[d.what](d)}${d.up === undefined ? '' : `主机在 ${ago(d.up).zh}前启动。`}`,
    },
  },
})

type Detail = Leftover & { readonly namespace: string }
const sentences: Readonly<Record<Language, Readonly<Record<Leftover['what'], (d: Detail) => string>>>> = {
  en: {
    row: ({ device }) =>
      `br-int still has ${device}, and the host has no such device and no process of the VM: it has not been started since.`,
    hollow: ({ namespace }) =>
      `/run/netns/${namespace} is a plain file and no namespace: the DHCP agent takes it for one and fails in it.`,
    outside: ({ device, namespace }) =>
      `Open vSwitch has made ${device} again outside of ${namespace}, and the DHCP agent has not taken it in.`,
  },
  zh: {
    row: ({ device }) =>
      `br-int 上还有 ${device}，但主机上没有这个设备，也没有该虚拟机的进程：虚拟机之后没有再启动过。`,
    hollow: ({ namespace }) =>
      `/run/netns/${namespace} 只是一个普通文件，不是 namespace：DHCP agent 以为它存在，在里面操作全部失败。`,
    outside: ({ device, namespace }) =>
      `Open vSwitch 重建的 ${device} 在 ${namespace} 之外，DHCP agent 没有把它放回去。`,
  },
}

function ago(seconds: number): { readonly en: string; readonly zh: string } {
  if (seconds < 7200) return { en: `${Math.round(seconds / 60)} min`, zh: `${Math.round(seconds / 60)} 分钟` }
  if (seconds < 172_800) return { en: `${Math.round(seconds / 3600)} h`, zh: `${Math.round(seconds / 3600)} 小时` }
  return { en: `${Math.round(seconds / 86_400)} days`, zh: `${Math.round(seconds / 86_400)} 天` }
}

/** A reboot with a /run/netns on disk (or the container's that the agent runs in): names stay, namespaces do not. */
function hollowed(host: string, namespace: string) {
  const unit = 'neutron-dhcp-agent.service'
  return [
    { on: host, run: ['systemctl', 'stop', unit], undo: ['systemctl', 'start', unit] },
    { on: host, run: ['true'], undo: ['ip', 'netns', 'delete', namespace] },
    { on: host, run: ['sh', '-c', `ip netns pids ${namespace} | xargs -r kill`], undo: ['true'] },
    { on: host, run: ['umount', `/run/netns/${namespace}`], undo: ['true'] },
    { on: host, run: ['systemctl', 'start', unit], undo: ['systemctl', 'stop', unit] },
    // Until the agent has tried, and failed.
    { on: host, run: ['sleep', '15'], undo: ['true'] },
  ]
}

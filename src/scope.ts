import { API } from './core/answer.ts'
import { type Say, say } from './core/lang.ts'
import type { AnyNeed, FactOf, Parsed } from './core/probe.ts'
import type { Subject } from './core/subject.ts'
import { apiAgents } from './probes/api/agents.ts'
import { apiPort } from './probes/api/port.ts'
import { processes } from './probes/host/processes.ts'
import { vif } from './probes/wiring/vif.ts'

export const scopeNeeds = { apiAgents, apiPort, processes, vif }

type Read = <N extends AnyNeed>(need: N, host: string) => Parsed<FactOf<N>>

/** Why the causes, which are those of a port that ML2/OVS has wired, say nothing of this one: each would be a false alarm. */
export function outOfScope(subject: Subject, read: Read): Say | undefined {
  if (runsOvn(subject, read))
    return say(
      'The host runs OVN; this release of Oldhand knows the causes of ML2/OVS only.',
      '该主机使用 OVN；当前版本只覆盖 ML2/OVS 的故障原因。',
    )
  const port = read(apiPort, API)
  const type = port.ok ? port.fact.vifType : undefined
  if (type !== undefined && !wiredByOvs.has(type))
    return say(
      `The port's binding:vif_type is ${type}: it does not pass through Open vSwitch as this release of Oldhand knows it.`,
      `端口的 binding:vif_type 是 ${type}：它不经过当前版本所覆盖的 Open vSwitch 路径。`,
    )
  const attached = read(vif, subject.compute ?? '')
  if (attached.ok && attached.fact.attached && attached.fact.bridge.name.startsWith(TRUNK))
    return say(
      `The port is on trunk bridge ${attached.fact.bridge.name}, which this release of Oldhand does not follow.`,
      `端口在 trunk 网桥 ${attached.fact.bridge.name} 上，当前版本还不能沿 trunk 网桥排查。`,
    )
  return undefined
}

// neutron_lib.api.definitions.portbindings: the types of a port that is, or is to be, on br-int.
const wiredByOvs = new Set(['ovs', 'vhostuser', 'unbound', 'binding_failed'])
/** neutron/services/trunk/drivers/openvswitch/agent/trunk_manager.py */
const TRUNK = 'tbr-'

function runsOvn(subject: Subject, read: Read): boolean {
  const agents = read(apiAgents, API)
  const list = read(processes, subject.compute ?? '')
  const here = agents.ok ? agents.fact.get(subject.compute ?? '') : undefined
  const registered = here?.ok === true && here.fact.agents.some((a) => a.binary === 'ovn-controller')
  return registered || (list.ok && list.fact.all.some((p) => /(^|\/)ovn-controller( |$)/.test(p.args)))
}

/** What cannot be known because of how the subject was found. */
export function limitsOf(subject: Subject, read: Read): readonly Say[] {
  if (!subject.fromApi)
    return [
      say(
        'Found from OVSDB alone: what Neutron wants (admin state, binding, subnet, DHCP agents) and the DHCP host are not known.',
        '仅凭 OVSDB 定位：Neutron 侧的信息（端口状态、绑定、子网、DHCP agent）以及 DHCP 节点未知。',
      ),
    ]
  const port = read(apiPort, API)
  if (subject.compute === undefined && port.ok && port.fact.vifType === 'unbound')
    return [
      say(
        'Neutron has bound the port to no host: the VM was not scheduled or not started (openstack server show).',
        '端口没有绑定到任何主机：虚拟机没有调度成功或没有启动（用 openstack server show 查看）。',
      ),
    ]
  if (subject.compute === undefined)
    return [
      say(
        'The API does not say on which host the port is bound (an administrator sees it).',
        'API 没有返回端口绑定的主机（需要管理员权限）。',
      ),
    ]
  return unknownWay(subject)
}

/** Of Neutron's own types `local` leaves no host; drivers of other vendors bring types of their own. */
function unknownWay({ network: { segment } }: Subject): readonly Say[] {
  if (segment === undefined || known.has(segment.type)) return []
  return [
    say(
      `The network is of type ${segment.type}: what lies beyond br-int is not known to this release of Oldhand, and no cause was looked for there.`,
      `网络类型是 ${segment.type}：当前版本不了解 br-int 之后的路径，没有在那里查找原因。`,
    ),
  ]
}

const known = new Set(['vlan', 'flat', 'vxlan', 'gre', 'geneve'])

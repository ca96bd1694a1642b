import { type Say, say } from '../../core/lang.ts'
import type { Traced } from '../../core/traced.ts'

/** What a trace's short words mean. `docs/trace.md` lists them. */

export const outcomes: Readonly<Record<Traced['outcome'], Say>> = {
  delivered: say('DELIVERED', '送达'),
  dropped: say('DROPPED', '丢弃'),
  inconclusive: say('INCONCLUSIVE', '无法判定'),
}

export const reasons: Readonly<Record<string, Say>> = {
  'no-flow': say('no flow of this table matches', '该表没有匹配的流表项'),
  'flow-drops': say('the flow drops it', '该流表项丢弃报文'),
  'no-such-port': say('there is no such port', '没有这个端口'),
  'no-such-bridge': say('the bridge at the other end of the patch is not known', 'patch 口对端的网桥未知'),
  'port-does-not-forward': say('the port is set to NO_FWD', '端口设置了 NO_FWD'),
  'port-does-not-receive': say('the port is set to NO_RECV', '端口设置了 NO_RECV'),
  'protected-ports': say('both ports are protected from each other', '两个端口都是 protected，互相隔离'),
  'unknown-input-port': say('the bridge has no port of this in_port', '网桥没有这个 in_port'),
  'access-port-got-tag': say('an access port takes no tagged packet', 'access 口不接收带 VLAN tag 的报文'),
  'vlan-not-trunked': say('the port does not carry this VLAN', '端口不放行这个 VLAN'),
  'partial-vlan-tag': say('the VLAN tag is cut off', 'VLAN tag 不完整'),
  'reserved-mac': say(
    'the destination MAC is reserved: a switch keeps such packets',
    '目的 MAC 是保留地址，交换机不转发',
  ),
  'mirror-output-port': say('the port belongs to a mirror', '该端口是镜像的输出口'),
  'learned-on-input-port': say('the destination was learned on the port that it came in by', '目的 MAC 学习在入端口上'),
  'learned-port-unknown': say('the destination was learned on a port that is gone', '目的 MAC 学习在已不存在的端口上'),
  'nowhere-to-flood': say('no other port is in this VLAN', '没有其他端口属于这个 VLAN'),
  'nobody-has-joined': say('nobody has joined the multicast group', '没有端口加入该组播组'),
  'no-way-on': say('it is sent out by no port that leads on', '没有从任何通往外部的端口发出'),
  'output-to-input-port': say('not sent back by the port that it came in by', '不从入端口发回'),
  'output-port-out-of-range': say('the port number is out of range', '端口号超出范围'),
  'own-tunnel-address': say('the tunnel would end at the address that it came from', '隧道对端就是报文来的地址'),
  'no-such-group': say('there is no such group', '没有这个 group'),
  'no-live-bucket': say('no bucket of the group is alive', 'group 没有可用的 bucket'),
  'ttl-expired': say('the time to live is over', 'TTL 耗尽'),
  'unmet-prerequisite': say('the packet does not have the field that is set', '报文没有要修改的字段'),
  'stack-underflow': say('nothing is on the stack', '栈为空'),
  'conjunction-executed': say('conjunction does nothing by itself', 'conjunction 本身不做任何动作'),
  'truncated-to-patch': say('a truncated packet cannot go into a patch port', '截断的报文不能进入 patch 口'),
  'resubmit-needs-tracked': say('resubmit(,ct) needs a tracked packet', 'resubmit(,ct) 需要已跟踪的报文'),
  'too-deep': say('more than 64 tables deep: a loop', '嵌套超过 64 层：存在环路'),
  'too-many-resubmits': say('more than 4096 resubmits', 'resubmit 超过 4096 次'),
  'unknown-match': say('this part of the match is not known', '无法理解这部分匹配条件'),
  'unknown-action': say('this action is not followed', '不支持跟踪这个动作'),
  'equal-priority': say(
    'another flow of the same priority matches as well: OpenFlow does not say which is taken',
    '另一条相同优先级的流表项也匹配：OpenFlow 不保证用哪一条',
  ),
  'unread-flows': say('a line of the dump is no flow that is understood', '有一行流表无法解析'),
  'hash-decides': say('a hash decides which way it goes', '由哈希决定走哪一路'),
  'multicast-snooping': say('multicast snooping decides who gets it (--mdb)', '由组播侦听决定发给谁（--mdb）'),
  'fragments-dropped': say('the bridge drops fragments', '网桥丢弃分片'),
  'groups-unknown': say('the groups of the bridge are not known (--groups)', '网桥的 group 未知（--groups）'),
  'ports-unknown': say(
    "the bridge's ports and their VLANs are not known (--ovsdb), and NORMAL depends on them",
    '网桥的端口及其 VLAN 未知（--ovsdb），而 NORMAL 取决于它们',
  ),
  connection: say('conntrack says', 'conntrack 的结果'),
  controller: say('it is sent to the controller, which may do anything with it', '报文被送往控制器，之后如何处理未知'),
  'physical-network': say('the physical network carries it', '物理网络放行'),
  'iptables-drops': say('iptables drops it', 'iptables 丢弃报文'),
  'iptables-unknown': say('whether this rule of iptables matches is not known', '无法判断这条 iptables 规则是否匹配'),
  'iptables-unread': say(
    'iptables of the hybrid firewall bridge could not be read',
    '无法读取混合防火墙网桥上的 iptables',
  ),
  'iptables-elsewhere': say(
    'iptables has rules of another backend that were not read',
    'iptables 的另一个后端还有未读取的规则',
  ),
  'iptables-not-shown': say(
    'bridged packets are not shown to iptables: no security group filters them',
    '网桥上的报文不经过 iptables，安全组不生效',
  ),
  'mac-unknown': say('the MAC of the next hop is not known: it is flooded', '下一跳 MAC 未知，按未知单播泛洪'),
  meter: say('the meter lets it pass', 'meter 放行'),
  nat: say('the connection is not translated (NAT)', '该连接没有做 NAT 转换'),
  'bridge-unread': say('the flows of a bridge could not be read', '网桥的流表无法读取'),
  'sender-mac-unknown': say("the sender's MAC is not known: any is taken", '发送方 MAC 未知，任取一个'),
}

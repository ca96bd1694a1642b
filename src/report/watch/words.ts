import { type Say, say } from '../../core/lang.ts'
import type { FindingId } from '../../watch/finding.ts'
import type { Outcome } from '../../watch/story.ts'

export const outcomeWords: Readonly<Record<Outcome, Say>> = {
  trouble: say('TROUBLE', '有问题'),
  leased: say('LEASED', '已获得租约'),
  unanswered: say('UNANSWERED', '无应答'),
  spoke: say('SPOKE', '有流量'),
  silent: say('SILENT', '无流量'),
  unheard: say('UNHEARD', '未能监听'),
}

/** What it comes to where no finding says more. */
export const outcomeSays: Readonly<Record<Outcome, Say>> = {
  trouble: say('', ''),
  leased: say(
    'the guest asked, was offered an address and got it; nothing wrong was heard',
    '虚拟机请求并获得了地址，没有发现异常',
  ),
  unanswered: say(
    'the guest asks for an address, and no answer comes to its port',
    '虚拟机在请求地址，但没有应答到达它的端口',
  ),
  spoke: say(
    'the guest sends frames and asked for no address meanwhile; nothing wrong was heard',
    '虚拟机有帧发出，期间没有请求地址；没有发现异常',
  ),
  silent: say('the guest sent nothing', '虚拟机没有发出任何帧'),
  unheard: say("the guest's port could not be listened to", '无法在虚拟机端口上监听'),
}

/** What would settle it, or comes next. */
export const outcomeNext: Readonly<Partial<Record<Outcome, Say>>> = {
  unanswered: say(
    'Where the request or its answer is lost: oldhand diagnose',
    '查明请求或应答丢在哪里：oldhand diagnose',
  ),
  spoke: say(
    'To hear DHCP, renew the lease in the guest (or reboot it) while watching.',
    '要监听 DHCP，请在监听期间让虚拟机续租（或重启虚拟机）。',
  ),
  silent: say(
    'Renew the lease in the guest (or reboot it) while watching: a guest that is idle is silent too.',
    '请在监听期间让虚拟机续租（或重启）：空闲的虚拟机同样没有流量。',
  ),
}

export interface FindingWords {
  readonly title: Say
  readonly why: Say
  readonly todo: Say
}

export const findingWords: Readonly<Record<FindingId, FindingWords>> = {
  'guest-silent': {
    title: say('The guest sends nothing', '虚拟机不发包'),
    why: say(
      'No frame leaves the guest: no DHCP client, NIC down or without a driver, wrong configuration, or the VM hangs.',
      '没有任何帧从虚拟机发出：没有 DHCP 客户端、网卡未启用或缺驱动、配置错误，或虚拟机卡死。',
    ),
    todo: say(
      'Look at the console (openstack console log show): does the system run, has it the NIC, does a DHCP client start?',
      '查看控制台（openstack console log show）：系统是否运行、有没有网卡、DHCP 客户端是否启动。',
    ),
  },
  'guest-ignores-offer': {
    title: say('The guest does not take the address that it is offered', '虚拟机不接受分配给它的地址'),
    why: say(
      'DHCP answers come to the port of the guest, and it goes on asking: a firewall in the guest, a client that waits for another server, or a driver that drops them.',
      'DHCP 应答已到达虚拟机端口，虚拟机却继续请求：虚拟机内的防火墙、客户端在等别的服务器，或驱动丢弃了应答。',
    ),
    todo: say(
      'In the guest, look for the OFFER with tcpdump, at its firewall, and at the log of its DHCP client.',
      '在虚拟机里用 tcpdump 看 OFFER 是否收到，并检查防火墙和 DHCP 客户端日志。',
    ),
  },
  'udp-checksum-bad': {
    title: say('DHCP answers come to the guest with a bad UDP checksum', 'DHCP 应答到达虚拟机时 UDP 校验和错误'),
    why: say(
      'A checksum that was left to a NIC was never completed, or was spoiled on the way; many DHCP clients drop such an answer without a word.',
      '留给网卡计算的校验和一直没有补上，或在途中被破坏；许多 DHCP 客户端会悄悄丢弃这样的应答。',
    ),
    todo: say(
      'Turn transmit checksums off where the answer begins (ethtool -K DEVICE tx off in the DHCP namespace), or restart the DHCP agent, which adds its CHECKSUM rule again.',
      '在应答的起点关闭发送校验和卸载（在 DHCP namespace 里 ethtool -K 设备 tx off），或重启 DHCP agent 以恢复其 CHECKSUM 规则。',
    ),
  },
  'rogue-dhcp-server': {
    title: say('A second DHCP server answers on the network', '网络上有第二个 DHCP 服务器在应答'),
    why: say(
      'Which server is first is chance: with an address that Neutron did not give, the anti-spoofing rules drop all that the VM sends.',
      '谁先应答全凭运气：拿到不是 Neutron 分配的地址后，防欺骗规则会丢弃虚拟机发出的所有报文。',
    ),
    todo: say(
      'Find it by its MAC in the MAC tables of the switches, and take it off this network or filter its answers.',
      '按其 MAC 在交换机 MAC 表中找到它，把它移出该网络，或过滤它的应答。',
    ),
  },
  'duplicate-dhcp-server-ip': {
    title: say("Another machine answers under the DHCP server's address", '另一台机器冒用 DHCP 服务器的地址应答'),
    why: say(
      'Two machines hold the address of the DHCP port: an orphaned qdhcp namespace of an earlier agent, or a foreign server. Leases are refused or wrong by chance.',
      '两台机器持有同一个 DHCP 端口地址：以前 agent 遗留的 qdhcp namespace，或外来服务器。租约时而被拒、时而错误。',
    ),
    todo: say(
      'Look for this MAC on the network nodes (ip -all netns exec ip link); there, remove the stale namespace with its port and dnsmasq.',
      '在各网络节点上查找该 MAC（ip -all netns exec ip link），并清除残留的 namespace、端口和 dnsmasq。',
    ),
  },
  'duplicate-mac': {
    title: say("Another machine uses the VM's MAC", '另一台机器使用了虚拟机的 MAC'),
    why: say(
      'Every switch sends the frames for the VM to whoever spoke last: a part of them is lost.',
      '各交换机会把发给虚拟机的帧送往最后发言的一方，一部分因此丢失。',
    ),
    todo: say(
      'Find the other by the MAC tables of the switches (and openstack port list --mac-address MAC); give one of both a new MAC.',
      '通过交换机 MAC 表（以及 openstack port list --mac-address MAC）找到另一方，给其中之一换 MAC。',
    ),
  },
  'dhcp-decline-ip-conflict': {
    title: say("Another machine uses the VM's address", '另一台机器使用了虚拟机的 IP'),
    why: say(
      'A guest that checks its address declines it, and dnsmasq then holds it back for ten minutes; one that does not check loses traffic to the other.',
      '会检测地址的虚拟机将拒绝（DECLINE）该地址，dnsmasq 随后停用它十分钟；不检测的虚拟机则会丢失流量。',
    ),
    todo: say(
      "Find the other by its MAC, and take the address from it; or take the address out of the subnet's allocation pool and give the VM another.",
      '按 MAC 找到对方并收回该地址；或把该地址移出子网分配池，给虚拟机换一个。',
    ),
  },
  'dhcp-nak-on-renew': {
    title: say("The DHCP server refuses the guest's address", 'DHCP 服务器拒绝了虚拟机的地址'),
    why: say(
      'The guest asks for an address that this server does not hold for it: Neutron changed it, or the lease is unknown to a new dnsmasq.',
      '虚拟机请求的地址不是该服务器为它保留的：Neutron 已改地址，或新的 dnsmasq 不认识这条租约。',
    ),
    todo: say(
      'A guest that is refused asks anew and should get the right address within seconds; if not, renew in the guest by hand.',
      '被拒绝的虚拟机会重新请求，数秒内应得到正确地址；否则请在虚拟机里手动重新获取。',
    ),
  },
}

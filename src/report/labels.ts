import type { Scope } from '../core/cause.ts'
import type { CellStatus } from '../core/comparison.ts'
import type { HopStatus, Station } from '../core/hop.ts'
import { type Say, say } from '../core/lang.ts'
import type { Risk } from '../core/step.ts'
import type { Sureness } from '../core/verdict.ts'

/** The fixed words of a report. */

export const verdicts: Readonly<Record<'broken' | 'healthy' | 'undetermined', Say>> = {
  broken: say('BROKEN', '故障'),
  healthy: say('HEALTHY', '正常'),
  undetermined: say('UNDETERMINED', '无法判定'),
}
export const surenessWords: Readonly<Record<Sureness, Say>> = {
  certain: say('certain', '确定'),
  likely: say('likely', '很可能'),
  possible: say('possible', '有可能'),
}
export const riskWords: Readonly<Record<Risk, Say>> = {
  none: say('interrupts nothing', '不中断业务'),
  'blips this port': say('interrupts this port', '会中断该端口'),
  'restarts a service': say('restarts a service', '会重启服务'),
  "blips this host's ports": say('interrupts the VMs of this host', '会中断该主机上的虚拟机'),
  manual: say('by hand', '需人工处理'),
}
export const marks: Readonly<Record<HopStatus, string>> = {
  passed: '✔',
  blocked: '✖',
  'not reached': '·',
  unknown: '?',
}

export const cellMarks: Readonly<Record<CellStatus, string>> = { works: '✔', broken: '✖', unknown: '?' }
export const cellWords: Readonly<Record<CellStatus, Say>> = {
  works: say('works', '正常'),
  broken: say('is broken', '不通'),
  unknown: say('is not known to work', '是否正常没有证据'),
}
export const provenWords: Readonly<Record<CellStatus, Say>> = {
  works: say('is proven to work', '已用报文验证正常'),
  broken: say('is proven broken', '已用报文验证不通'),
  unknown: cellWords.unknown,
}
export const scopeWords: Readonly<Record<Scope, Say>> = {
  port: say('only this port', '只有该端口'),
  'network on host': say('only this network on this host', '只有该主机上的该网络'),
  host: say('only this host', '只有该主机'),
  network: say('only this network, on every host', '只有该网络，所有主机都受影响'),
  'security groups': say('only what has these security groups', '只有使用这些安全组的端口'),
  everything: say('everything that was compared', '所有参与对比的虚拟机'),
}

export const stationWords: Readonly<Record<Station, Say>> = {
  'guest port': say('guest port', '虚拟机端口'),
  'br-int': say('br-int', 'br-int'),
  'provider bridge': say('provider bridge', 'provider 网桥'),
  'tunnel bridge': say('tunnel bridge', '隧道网桥'),
  NIC: say('NIC', '业务网卡'),
  switch: say('physical network', '物理网络'),
  'DHCP namespace': say('DHCP namespace', 'DHCP namespace'),
  dnsmasq: say('dnsmasq', 'dnsmasq'),
  gateway: say('gateway', '网关'),
}

export const labels = {
  port: say('port', '端口'),
  network: say('network', '网络'),
  cause: say('Cause', '原因'),
  warning: say('Warning', '告警'),
  follows: say('and found with it', '同时存在的问题'),
  comparison: say('Comparison', '对比'),
  proven: say('Packets sent as the VM (there, back)', '以虚拟机身份发送的报文（去、回）'),
  changed: say('Changed lately', '近期变更'),
  todo: say('To do', '处理办法'),
  limits: say('Not known', '未知'),
  unread: say('Could not be read', '没读到的'),
  settle: say('What would settle it', '怎样才能判定'),
  ruledOut: say('Ruled out', '已排除'),
  unknown: say('unknown', '未判定'),
  legend: say(
    'request / reply:  ✔ passed or in order  ✖ stopped  · not reached  ? unseen',
    '请求 / 应答：  ✔ 通过，或检查无异常  ✖ 断在这里  · 未到达  ? 没有证据',
  ),
  all: say('all of it', '全部'),
} as const

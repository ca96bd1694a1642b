import type { PlannedExperiment } from '../../core/experiment.ts'
import type { SwitchMethod } from '../../core/ask-the-switch.ts'
import { type Say, say } from '../../core/lang.ts'
import { capturePut } from '../as-vm/plan.ts'
import type { Asker, SwitchDesign } from './design.ts'
import { NOBODY, ROUNDS, SCRIPT_S } from './script.ts'

/** What is going to happen, for the operator to agree to. */
export const switchPlanOf = (design: SwitchDesign): PlannedExperiment => ({
  id: 'ask-the-switch',
  title: say(
    'The switch, asked from every host; only if what is sent as the VM does not come back',
    '从每台主机探测交换机；仅当以虚拟机身份发送的报文没有全部返回时才做',
  ),
  sends: [...design.askers.map((asker) => sendsOf(asker, design)), ...controlOf(design)],
  puts: design.askers.flatMap((asker) => putsOf(asker, design)),
})

const wordsOf = (vlan: number | undefined) =>
  vlan === undefined ? say('untagged', '不带 VLAN tag') : say(`VLAN ${vlan}`, `VLAN ${vlan}`)

function sendsOf({ host, mac, targets }: Asker, { vlan }: SwitchDesign) {
  const [tag, ips] = [wordsOf(vlan), targets.join(', ')]
  return say(
    `${ROUNDS} ARP probes each for ${ips} from ${host}, ${tag.en}, MAC ${mac}, sender 0.0.0.0 (RFC 5227: nobody learns an address)`,
    `从 ${host} 对 ${ips} 各发 ${ROUNDS} 个 ARP probe，${tag.zh}，MAC ${mac}，发送方地址 0.0.0.0（RFC 5227，不会被任何设备学到地址）`,
  )
}

const controlOf = ({ control }: SwitchDesign) =>
  control === undefined
    ? []
    : [
        say(
          `the same on VLAN ${control}, for ${NOBODY}, which nobody has: to see whether another VLAN passes`,
          `在 VLAN ${control} 上同样发送，目标是不存在的 ${NOBODY}：看另一个 VLAN 是否通`,
        ),
      ]

const ends: Readonly<Record<SwitchMethod, Say>> = {
  port: say(
    'removed by the trap of its own shell, which `timeout` ends on the host; usually after 2 s',
    '由该 shell 自己的 trap 删除，shell 由主机上的 `timeout` 结束；通常 2 秒',
  ),
  subinterface: say(
    'removed by the kernel once its own shell has ended, however that comes; `timeout` ends it on the host; usually after 2 s',
    '该 shell 无论如何结束，都由内核删除；shell 由主机上的 `timeout` 结束；通常 2 秒',
  ),
}

function putsOf({ host, method, on, nics, control }: Asker, { run, vlan }: SwitchDesign) {
  const names = control === undefined ? `oh${run}0` : `oh${run}0, oh${run}1`
  const tag = wordsOf(vlan)
  const what = {
    port: say(
      `internal port ${names} on ${on} (${tag.en}), without an address, in namespace oldhand-${run}`,
      `在 ${on} 上建内部端口 ${names}（${tag.zh}），不配地址，放在 namespace oldhand-${run} 中`,
    ),
    subinterface: say(
      `VLAN sub-interface ${names} on ${on} (${tag.en}), without an address, in a namespace of its own. WARNING: while it is there, nothing on ${host} receives these VLANs: no VM, DHCP server or router`,
      `在 ${on} 上建 VLAN 子接口 ${names}（${tag.zh}），不配地址，放在单独的 namespace 中。警告：子接口存在期间，${host} 上的虚拟机、DHCP 服务器和路由器都收不到这些 VLAN 的报文`,
    ),
  }[method]
  return [
    {
      ...{ host, what, seconds: SCRIPT_S },
      ends: ends[method],
    },
    ...nics.devices.map(capturePut),
  ]
}

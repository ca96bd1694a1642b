import type { PlannedExperiment } from '../../core/experiment.ts'
import { say } from '../../core/lang.ts'
import { type Design, ROUNDS } from '../as-vm/design.ts'
import { putsOf } from '../as-vm/plan.ts'

/** What is going to be sent as VMs that are not the one diagnosed, for the operator to agree to. */
export const planOf = (designs: readonly Design[]): PlannedExperiment => ({
  id: 'as-siblings',
  title: say('The same as the VMs that it is compared with, all at once', '同时以参与对比的虚拟机身份发送同样的报文'),
  sends: designs.map(sendOf),
  puts: putsOf(designs),
})

function sendOf({ about, at, sends, wanted, gateway }: Design) {
  const { name } = about.subject
  const dhcp = `${ROUNDS} DHCPDISCOVER (xid 0x${wanted.xid})`
  const arp = { en: `${ROUNDS} ARP requests for ${gateway}`, zh: `${ROUNDS} 个对网关 ${gateway} 的 ARP 请求` }
  const en = [...(sends.dhcp ? [dhcp] : []), ...(sends.arp ? [arp.en] : [])].join(', ')
  const zh = [...(sends.dhcp ? [dhcp] : []), ...(sends.arp ? [arp.zh] : [])].join('、')
  return say(
    `as ${name} (${wanted.mac}): ${en}, into port ${at.ofport} of ${at.bridge} on ${at.host}`,
    `以 ${name}（${wanted.mac}）的身份：${zh}，注入 ${at.host} 的 ${at.bridge} 端口 ${at.ofport}`,
  )
}

import { without } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import { maybe } from '../../core/probe.ts'
import { found, ruledOut, unknown } from '../../core/verdict.ts'
import { sentAsVm } from '../../probes/wiring/sent-as-vm.ts'
import { vmSpoke, wire } from '../../probes/wiring/heard.ts'
import { byHand } from '../remedies.ts'

/** Counters of Open vSwitch lag by its revalidation time, and a loop returns the guest's own frame at once. Seconds. */
const LAG = 5

interface Detail {
  readonly mac: string
  /** By which the other machine goes, where its frames show one. */
  readonly ip?: string
  /** Of its last frame, where a MAC table tells of it; absent where its frames were captured. Seconds. */
  readonly age?: number
}

export default defineCause({
  id: 'duplicate-mac',
  at: 'compute',
  // Switches send what is for the MAC to whoever spoke last.
  stops: { station: 'switch', conversations: [] },
  scope: ['port'],
  needs: { wire, spoke: vmSpoke, sent: maybe(sentAsVm) },
  explainedBy: [],

  check({ wire: w, spoke, sent }, { subject }) {
    const { mac } = subject.port
    const proven = sent.ok && sent.fact.strangers.ok ? sent.fact.strangers.fact : undefined
    const double = proven?.all.find((s) => s.is === 'same MAC')
    if (double) {
      const detail: Detail = { mac, ...(double.ip === undefined ? {} : { ip: double.ip }) }
      return found(detail, 'certain', ...double.because)
    }
    const came = w.from(mac)
    if (!came) {
      const known = [w.sent(mac) ?? spoke, w.anybody].flatMap((s) => (s ? [s.source] : []))
      const [first] = known
      if (first) return ruledOut(...known.slice(0, 1), ...known.slice(1).map((s) => without(mac, s)))
      return unknown('no MAC table knows the VM', '没有 MAC 表记录该虚拟机')
    }
    // Since the VM has spoken here, its MAC has not moved here from another host: somebody else has it there.
    if (spoke && came.age + LAG < spoke.age) {
      const detail: Detail = { mac, age: came.age }
      return found(detail, 'likely', came.source, spoke.source)
    }
    return unknown(
      'its MAC came in by the wire; it may have moved to this host since',
      '它的 MAC 曾从物理网络进来；可能是之后才迁移到本机',
    )
  },

  fix: ({ mac }, { host, subject }) => [
    byHand(
      'switch',
      `Find ${mac} in the MAC tables of the switches (VLAN ${subject.network.segment?.id ?? '-'}) on another port than that of ${host}, and give that machine another MAC.`,
      `在交换机 MAC 表里查 ${mac}（VLAN ${subject.network.segment?.id ?? '-'}）：除 ${host} 所接端口外还出现在哪个端口，给那台机器换一个 MAC。`,
    ),
    byHand(
      host,
      'Where an evacuation or a migration has failed: see that the VM runs on one host only, and that no tap of its port is left on another.',
      '如果疏散或迁移失败过：确认虚拟机只在一台主机上运行，其他主机上没有残留它的 tap。',
    ),
  ],

  words: {
    en: {
      title: "Another machine has the VM's MAC address",
      why: 'Switches send frames to where the MAC was last seen: a part of what is for the VM goes to the other machine.',
      says: (d) =>
        d.age === undefined
          ? `Frames from ${d.mac} that the VM has not sent come in by the wire${d.ip === undefined ? '' : `, with address ${d.ip}`}.`
          : `A frame from ${d.mac} came in by the wire ${d.age} s ago, after the VM itself had last spoken here.`,
    },
    zh: {
      title: '另一台机器使用了虚拟机的 MAC 地址',
      why: '交换机按 MAC 最后出现的位置转发：发给虚拟机的报文有一部分到了另一台机器。',
      says: (d) =>
        d.age === undefined
          ? `从物理网络进来的 ${d.mac} 的帧不是虚拟机发的${d.ip === undefined ? '' : `，其地址为 ${d.ip}`}。`
          : `${d.age} 秒前有 ${d.mac} 的帧从物理网络进来，而虚拟机在本机最后一次发包比它更早。`,
    },
  },
})

import { defineCause } from '../../core/cause.ts'
import { type AtHost, every, maybe } from '../../core/probe.ts'
import { found, ruledOut, unknown } from '../../core/verdict.ts'
import { type Declined, declined } from '../../probes/dhcp/dnsmasq-log.ts'
import { clock } from '../../probes/host/clock.ts'
import { sentAsVm } from '../../probes/wiring/sent-as-vm.ts'
import { byHand } from '../remedies.ts'

/** dnsmasq keeps an address that was declined back for so long (dnsmasq, src/config.h `DECLINE_BACKOFF`). Seconds. */
const BACKOFF = 600

interface Detail {
  readonly ip: string
  /** MAC of the other machine; absent where only the guest has noticed it. */
  readonly holder?: string
  readonly declined: boolean
}

export default defineCause({
  id: 'dhcp-decline-ip-conflict',
  at: 'compute',
  // Packets pass; to whom those for the address go is a matter of luck, and a guest that notices has no address.
  stops: { station: 'switch', conversations: [] },
  scope: ['port'],
  needs: { logs: every('dhcp', declined), clocks: every('dhcp', clock), sent: maybe(sentAsVm) },
  explainedBy: [],

  check({ logs, clocks, sent }, { subject }) {
    const ip = subject.port.fixedIps.find((fixed) => !fixed.ip.includes(':'))?.ip ?? ''
    const proven = sent.ok && sent.fact.strangers.ok ? sent.fact.strangers.fact : undefined
    const holder = proven?.all.find((s) => s.is === 'same address')
    const [decline] = logs.flatMap((log) => declineIn(log, clocks))
    if (holder) {
      const detail: Detail = { ip, holder: holder.mac, declined: decline !== undefined }
      return found(detail, 'certain', ...holder.because, ...(decline ? [decline.source] : []))
    }
    const unread = logs.find(({ fact }) => !fact.ok)
    if (!decline && unread && !unread.fact.ok) return unknown(unread.fact.problem)
    if (!decline) return ruledOut(...logs.flatMap(({ fact }) => (fact.ok ? [evidenceOf(fact.fact)] : [])))
    if (decline.age > BACKOFF)
      return unknown('the guest declined its address, but not lately', '虚拟机曾拒绝过自己的地址，但不是最近')
    const detail: Detail = { ip, declined: true }
    return found(detail, 'likely', decline.source)
  },

  fix: ({ ip, holder }, { subject }) => [
    byHand(
      'switch',
      holder === undefined
        ? `Find who uses ${ip}: \`oldhand diagnose --prove\` asks for it, or look in the ARP tables of the network; then take the address away there.`
        : `Find ${holder} in the MAC tables of the switches (VLAN ${subject.network.segment?.id ?? '-'}), and take ${ip} away from it.`,
      holder === undefined
        ? `查出谁在用 ${ip}：\`oldhand diagnose --prove\` 会去探测，或查网络设备的 ARP 表；然后在那台设备上去掉该地址。`
        : `在交换机 MAC 表里查 ${holder}（VLAN ${subject.network.segment?.id ?? '-'}），找到该设备，去掉它的地址 ${ip}。`,
    ),
    byHand(
      'api',
      `If the other machine has to keep it: give the port another address, and take ${ip} out of the allocation pool. dnsmasq gives out a declined address again after ten minutes.`,
      `如果对方必须保留该地址：给端口换一个地址，并把 ${ip} 从分配池中去掉。被拒绝的地址，dnsmasq 十分钟后才会再次分配。`,
    ),
  ],

  words: {
    en: {
      title: "Another machine uses the VM's address",
      why: 'A guest that checks its address declines it and is left without; of one that does not, answers go to the other machine.',
      says: (d) =>
        d.holder === undefined
          ? `The guest declined ${d.ip} (DHCPDECLINE): it found it in use.`
          : `${d.holder} says that it has ${d.ip}, the VM's address${d.declined ? '; the guest declined it' : ''}.`,
    },
    zh: {
      title: '另一台机器占用了虚拟机的地址',
      why: '会检查地址的虚拟机发现冲突后拒绝该地址，于是没有地址；不检查的虚拟机，应答会发到另一台机器上。',
      says: (d) =>
        d.holder === undefined
          ? `虚拟机拒绝了 ${d.ip}（DHCPDECLINE）：它发现该地址已被占用。`
          : `${d.holder} 声称拥有虚拟机的地址 ${d.ip}${d.declined ? '；虚拟机已拒绝该地址' : ''}。`,
    },
  },
})

/** A decline that no acknowledged lease has followed. */
function declineIn({ host, fact: log }: AtHost<Declined>, clocks: readonly AtHost<{ readonly now: number }>[]) {
  const last = log.ok ? log.fact.last : undefined
  const clockAt = clocks.find((c) => c.host === host)?.fact
  if (last?.kind !== 'DECLINE' || !clockAt?.ok) return []
  return [{ source: last.source, age: (clockAt.fact.now - last.at) / 1000 }]
}

const evidenceOf = ({ last, whole }: Declined) => last?.source ?? { ...whole, absent: 'DHCPDECLINE' }

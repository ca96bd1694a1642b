import type { Evidence } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import { say } from '../../core/lang.ts'
import { type AtHost, every } from '../../core/probe.ts'
import type { Remedy, Risk } from '../../core/step.ts'
import { dhcpNamespace } from '../../core/subject.ts'
import { found, quietly, ruledOut, unknown, type Verdict, warning } from '../../core/verdict.ts'
import { type DhcpEvent, dnsmasqLog } from '../../probes/dhcp/dnsmasq-log.ts'
import { type AgentState, dhcpAgent } from '../../probes/wiring/agent-state.ts'
import { sentAsVm } from '../../probes/wiring/sent-as-vm.ts'
import { isServed } from '../applies.ts'
import { type Offered, offersTo } from '../offer-sums.ts'
import { leftLying, takenUp } from '../offers.ts'
import { byHand, restartDhcpAgent } from '../remedies.ts'

interface Detail extends Omit<Offered, 'because'> {
  /** Of the DHCP agent. */
  readonly unit: string | undefined
}

export default defineCause({
  id: 'udp-checksum-bad',
  at: 'compute',
  byProof: true,
  // Its frames reach the guest, whose kernel or DHCP client drops them.
  stops: { station: 'guest port', heading: 'in', conversations: ['dhcp'] },
  scope: ['network', 'network on host', 'port'],
  applies: isServed,
  needs: { sent: sentAsVm, logs: every('dhcp', dnsmasqLog), agents: every('dhcp', dhcpAgent) },
  explainedBy: [],

  check({ sent, logs, agents }, { subject, host }): Verdict<Detail> {
    const all = offersTo(sent, host)
    const bad = all.find(({ is }) => is !== 'good')
    const good = all.find(({ is }) => is === 'good')
    if (!bad)
      return good
        ? ruledOut(...good.because)
        : quietly(unknown('no offer came whose checksum could be verified', '没有收到可以校验的 OFFER'))
    const { because, ...offered } = bad
    const detail = { ...offered, unit: unitOf(agents, bad.server) }
    if (good) return warning(detail, bad.is === 'wrong' ? 'certain' : 'possible', ...because)
    const everybody = all.length >= subject.dhcpHosts.length
    return bad.is === 'wrong' ? wrong(detail, because, { logs, everybody }) : unfinished(detail, because, logs)
  },

  fix: (detail, { subject }) => (detail.is === 'wrong' ? untangle : complete)(detail, dhcpNamespace(subject.network)),

  words: {
    en: {
      title: 'DHCP offers come to the VM with a bad UDP checksum',
      why: 'The guest drops such an offer without a word, and asks again. tcpdump shows it arrive all the same.',
      says: ({ server, host, device, count, is }) =>
        `${count} offers of ${server} came to ${device} of ${host} with ${is === 'wrong' ? 'a wrong UDP checksum' : 'a UDP checksum that was left to a NIC and never computed'}, and none with a good one.`,
    },
    zh: {
      title: 'DHCP OFFER 到达虚拟机时 UDP 校验和错误',
      why: '虚拟机会直接丢弃这样的 OFFER 并重新请求；tcpdump 却能看到它已经到达。',
      says: ({ server, host, device, count, is }) =>
        `${server} 的 ${count} 个 OFFER 到达 ${host} 的 ${device} 时 UDP 校验和${is === 'wrong' ? '是错的' : '仍未计算（留给了网卡）'}，没有一个是正确的。`,
    },
  },
})

type Logs = readonly AtHost<readonly DhcpEvent[]>[]

/** In the guest's own words, as its servers have logged them. */
function heardIn(logs: Logs, what: typeof takenUp): readonly Evidence[] {
  return logs.flatMap(({ fact }) => (fact.ok ? (what(fact.fact) ?? []) : []))
}

/** Some clients take what they cannot verify. */
function wrong(
  detail: Detail,
  because: readonly Evidence[],
  { logs, everybody }: { readonly logs: Logs; readonly everybody: boolean },
): Verdict<Detail> {
  const taken = heardIn(logs, takenUp)
  if (taken.length > 0) return warning(detail, 'certain', ...because, ...taken)
  return found(detail, everybody ? 'certain' : 'likely', ...because, ...heardIn(logs, leftLying))
}

/** Between virtual machines such a sum may be as good as a right one: what the guest does with it decides. */
function unfinished(detail: Detail, because: readonly Evidence[], logs: Logs): Verdict<Detail> {
  const taken = heardIn(logs, takenUp)
  if (taken.length > 0) return ruledOut(...because, ...taken)
  const left = heardIn(logs, leftLying)
  if (left.length > 0) return found(detail, detail.wired ? 'certain' : 'likely', ...because, ...left)
  if (detail.wired) return found(detail, 'possible', ...because)
  return quietly(unknown('a guest on the same host is told to complete it', '同一主机上的虚拟机可以自行补全校验和'))
}

const unitOf = (agents: readonly AtHost<AgentState>[], server: string): string | undefined =>
  agents.flatMap(({ host, fact }) => (host === server && fact.ok ? [fact.fact.unit] : []))[0]

/** A sum that was computed, and is not right: by a NIC, unless it left the namespace so. */
const untangle = ({ server, born, inside, nics }: Detail, namespace: string): readonly Remedy[] =>
  born || nics.length === 0
    ? [
        byHand(
          server,
          `Find what rewrites packets in ${namespace} (\`nft list ruleset\`, \`iptables -t mangle -S\`, \`tc filter show dev ${inside ?? '<DEVICE>'} egress\`), and remove it.`,
          `在 ${namespace} 里找出改写报文的规则（\`nft list ruleset\`、\`iptables -t mangle -S\`、\`tc filter show dev ${inside ?? '<DEVICE>'} egress\`）并删除。`,
        ),
      ]
    : nics.map((nic) => txOff(server, nic, "blips this host's ports"))

/** A sum that nobody has computed. The agent's own rule is what does so (neutron/agent/linux/dhcp.py, `fill_dhcp_udp_checksums`). */
const complete = ({ server, unit, inside }: Detail, namespace: string): readonly Remedy[] => [
  ...(unit === undefined
    ? []
    : [
        restartDhcpAgent(
          server,
          unit,
          'it puts its rule back that completes the checksums (`CHECKSUM --checksum-fill`).',
          '它会恢复补全校验和的规则（`CHECKSUM --checksum-fill`）。',
        ),
      ]),
  txOff(server, inside ?? '<DEVICE>', 'none', ['ip', 'netns', 'exec', namespace]),
]

/** `prefix` enters a namespace. */
const txOff = (on: string, device: string, risk: Risk, prefix: readonly string[] = []): Remedy => ({
  on,
  risk,
  run: [...prefix, 'ethtool', '-K', device, 'tx', 'off'],
  undo: [...prefix, 'ethtool', '-K', device, 'tx', 'on'],
  say: say(
    `Let the kernel compute checksums instead of ${device}. It lasts until the device is made again.`,
    `关闭 ${device} 的校验和卸载，由内核计算。设备重建后失效。`,
  ),
})

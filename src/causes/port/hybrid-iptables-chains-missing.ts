import { type Evidence, without } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import { type Language, say } from '../../core/lang.ts'
import { found, ruledOut, unknown, warning } from '../../core/verdict.ts'
import type { Fate } from '../../netfilter/evaluate.ts'
import { ovsAgent } from '../../probes/wiring/agent-state.ts'
import { type HybridFirewall, hybridFirewall, names } from '../../probes/wiring/hybrid-firewall.ts'
import { byHand, restartAgent } from '../remedies.ts'

export default defineCause({
  id: 'hybrid-iptables-chains-missing',
  at: 'compute',
  stops: { station: 'guest port' },
  scope: ['port', 'host'],
  needs: { firewall: hybridFirewall, agent: ovsAgent },
  explainedBy: ['ovs-agent-down', 'port-binding-failed-agent-dead'],

  check({ firewall: f, agent }) {
    if (!f.hybrid) return ruledOut(f.source)
    const common = { tap: f.tap, unit: agent.unit }
    if (!f.bridged.value) return warning({ ...common, what: 'not shown' as What, by: '' }, 'certain', f.bridged)
    for (const { what, fate } of f.passages) {
      if (fate.is === 'drop')
        return found({ ...common, what: what as What, by: deciderOf(fate) }, 'certain', fate.source, ...missing(f))
    }
    const blind = f.passages.find(({ fate }) => fate.is === 'unknown')
    if (blind?.fate.is === 'unknown') {
      const { line } = blind.fate.rule.source
      return unknown(`whether this rule matches is not known: ${line}`, `无法判断这条规则是否匹配：${line}`)
    }
    if (f.rules.elsewhere) return unknown('iptables has rules of another backend too', 'iptables 的另一个后端也有规则')
    const open = f.passages.find(({ filtered }) => !filtered)
    const passed = f.passages.flatMap(({ fate }) => sourcesOf(fate))
    return open
      ? warning({ ...common, what: 'not filtered' as What, by: '' }, 'certain', ...sourcesOf(open.fate), ...missing(f))
      : ruledOut(...ownRules(f), ...passed, f.bridged)
  },

  fix: ({ what, unit }, { host }) =>
    what === 'not shown'
      ? [
          {
            on: host,
            risk: "blips this host's ports",
            run: ['sysctl', '-w', 'net.bridge.bridge-nf-call-iptables=1'],
            undo: ['sysctl', '-w', 'net.bridge.bridge-nf-call-iptables=0'],
            say: say(
              'Show bridged frames to iptables (load br_netfilter first where the key is missing). At once every VM of the host is filtered by its security groups.',
              '让 iptables 处理网桥上的报文（没有这个参数时先加载 br_netfilter）。该主机所有虚拟机的安全组会立即生效。',
            ),
          },
        ]
      : [
          restartAgent(host, unit),
          byHand(
            host,
            'Find what wrote the foreign rules (firewalld, Docker, ufw, a script), and keep it from the FORWARD chain: it will come again.',
            '找出是谁改写了规则（firewalld、Docker、ufw 或脚本），让它不再动 FORWARD 链，否则还会再次发生。',
          ),
        ],

  // What is left when a firewall manager has put its own rules into the place of everybody's.
  fault: ({ firewall: f, agent }, { host }) =>
    f.hybrid
      ? [
          { on: host, run: ['iptables', '-F', 'FORWARD'], undo: ['systemctl', 'restart', agent.unit] },
          { on: host, run: ['iptables', '-P', 'FORWARD', 'DROP'], undo: ['iptables', '-P', 'FORWARD', 'ACCEPT'] },
        ]
      : [],

  words: {
    en: {
      title: "iptables does not do with the VM's packets what Neutron's chains say",
      why: 'With the hybrid firewall each packet of the VM goes through iptables. Where other tools have flushed the chains of Neutron or put rules before them, the VM is cut off, or not protected.',
      says: (d) => states.en[d.what](d),
    },
    zh: {
      title: 'iptables 没有按 Neutron 的链处理虚拟机的报文',
      why: '使用 hybrid 防火墙时，虚拟机的每个报文都经过 iptables。其他工具清空了 Neutron 的链，或把规则插在它们前面，虚拟机就会断网，或失去保护。',
      says: (d) => states.zh[d.what](d),
    },
  },
})

type What = 'DHCP request' | 'DHCP reply' | 'not filtered' | 'not shown'
interface Detail {
  readonly tap: string
  readonly by: string
}
const states: Readonly<Record<Language, Readonly<Record<What, (d: Detail) => string>>>> = {
  en: {
    'DHCP request': (d) => `A DHCP request from ${d.tap} is dropped by: ${d.by}`,
    'DHCP reply': (d) => `A DHCP reply to ${d.tap} is dropped by: ${d.by}`,
    'not filtered': (d) =>
      `Packets of ${d.tap} pass without going through a chain of its own: its security groups are not in force.`,
    'not shown': () => 'bridge-nf-call-iptables is off: no security group of this host is in force.',
  },
  zh: {
    'DHCP request': (d) => `${d.tap} 发出的 DHCP 请求被丢弃：${d.by}`,
    'DHCP reply': (d) => `发往 ${d.tap} 的 DHCP 应答被丢弃：${d.by}`,
    'not filtered': (d) => `${d.tap} 的报文没有经过自己的链就被放行：安全组没有生效。`,
    'not shown': () => 'bridge-nf-call-iptables 关闭：该主机上的安全组都没有生效。',
  },
}

type Hybrid = Extract<HybridFirewall, { hybrid: true }>

const sourcesOf = (fate: Fate): readonly Evidence[] => (fate.is === 'unknown' ? [] : [fate.source])

/** As it stands in the output, without its counters. */
const deciderOf = (fate: Exclude<Fate, { is: 'unknown' }>): string =>
  fate.source.line.replace(/^\[\d+:\d+\] | \[\d+:\d+\]$/g, '')

/** The rules that take the VM's packets to a chain of its own. */
const ownRules = (f: Hybrid): readonly Evidence[] =>
  f.passages.flatMap(({ fate }) => fate.path.filter((rule) => names(rule, f.tap)).map((rule) => rule.source))

function missing(f: Hybrid): readonly Evidence[] {
  const forward = f.rules.tables.get('filter')?.chains.get('FORWARD')
  if (ownRules(f).length > 0 || !forward) return []
  return [without(`physdev ${f.tap}`, forward.source)]
}

/** What iptables does with a VM's packet on the Linux bridge of the hybrid firewall, between its tap and br-int. */

import type { Evidence } from '../core/answer.ts'
import type { Heading } from '../core/hop.ts'
import type { Blocker, Ending, Traced, TracedStep } from '../core/traced.ts'
import { bridgedFate } from '../netfilter/bridged.ts'
import type { Fate } from '../netfilter/evaluate.ts'
import type { Packet as Bridged } from '../netfilter/packet.ts'
import type { Rule } from '../netfilter/ruleset.ts'
import { at } from '../openflow/fields.ts'
import { isIpv4, isIpv6, type Packet, valueOf } from '../openflow/packet.ts'
import type { Connection } from '../openflow/trace/trace.ts'
import { printIpv4, printMac } from '../openflow/values.ts'
import { type Netfilter, netfilter } from '../probes/host/netfilter.ts'
import { type HybridDevices, hybridPlug } from '../probes/wiring/hybrid-plug.ts'
import type { About } from './places.ts'
import type { Device } from './travel.ts'

/** The firewall of one VM, at its port of br-int. */
export interface HybridFirewall extends Device {
  readonly judge: (packet: Packet, heading: Heading, connection: Connection) => Crossing
}
export interface Crossing extends Pick<Traced, 'outcome' | 'assumed' | 'blockers' | 'steps'> {
  /** The rule or policy that decided; absent where nothing did. */
  readonly because?: Evidence
}

/** The VM's firewall of iptables; `undefined` where it has none. */
export function hybridFirewallOf({ subject, read }: About): HybridFirewall | undefined {
  const host = subject.compute ?? ''
  const plug = read(hybridPlug, host)
  if (!plug.ok || !plug.fact.hybrid) return undefined
  const devices = plug.fact
  const rules = read(netfilter, host)
  return {
    host,
    name: devices.qvo,
    judge: (packet, heading, connection) => {
      if (isIpv6(packet)) return doubtful('iptables-unread', 'ip6tables')
      // Only IP is shown to iptables: ARP passes.
      if (!isIpv4(packet)) return PASSED
      if (!rules.ok) return doubtful('iptables-unread', rules.problem.en)
      return crossing(rules.fact, { packet: asBridged(packet, devices, heading, connection), host, devices })
    },
  }
}

const PASSED: Crossing = { outcome: 'delivered', assumed: [], blockers: [], steps: [] }
const doubtful = (why: string, about: string): Crossing => ({
  ...PASSED,
  outcome: 'inconclusive',
  assumed: [{ why, about }],
})

interface Where {
  readonly packet: ReturnType<typeof asBridged>
  readonly host: string
  readonly devices: HybridDevices
}

function crossing({ rules, sets, bridged }: Netfilter, where: Where): Crossing {
  if (!bridged.ok) return doubtful('iptables-unread', bridged.problem.en)
  if (!bridged.fact.value) return { ...PASSED, assumed: [{ why: 'iptables-not-shown', about: bridged.fact.line }] }
  const fate = bridgedFate(rules, { packet: where.packet, sets })
  if (fate.is === 'unknown') return { ...told(fate, where), ...doubtful('iptables-unknown', fate.rule.source.line) }
  if (fate.is === 'accept' && rules.elsewhere) return doubtful('iptables-elsewhere', rules.elsewhere.line)
  return told(fate, where)
}

function told(fate: Fate, { packet, host, devices: { qbr } }: Where): Crossing {
  const ended: readonly Ending[] = fate.is === 'drop' ? [{ why: 'iptables-drops', about: '' }] : []
  const passed = fate.path.filter((rule) => fate.is === 'unknown' || rule !== fate.rule)
  const steps = passed.map((rule): TracedStep => ({ ...tellRule(rule, host, qbr), depth: 0, ended: [] }))
  const [last] = decider(fate, host, qbr)
  return {
    outcome: fate.is === 'drop' ? 'dropped' : 'delivered',
    assumed: [{ why: 'connection', about: `iptables ${packet.state}` }],
    steps: [...steps, ...(last ? [{ ...last, depth: 0, ended }] : [])],
    blockers: fate.is === 'drop' && last ? [{ ...last, why: 'iptables-drops', about: '' }] : [],
    ...(fate.is === 'unknown' ? {} : { because: fate.source }),
  }
}

type Told = Omit<Blocker, 'why' | 'about'>

/** A rule, or the policy of a chain. */
function decider(fate: Fate, host: string, bridge: string): readonly Told[] {
  if (fate.is === 'unknown') return []
  if (fate.rule) return [tellRule(fate.rule, host, bridge)]
  if (!fate.chain) return []
  const { name, policy = '', source } = fate.chain
  return [{ host, bridge, table: 'filter', chain: name, match: '', actions: policy, flow: source.line }]
}

const tellRule = (rule: Rule, host: string, bridge: string): Told => ({
  host,
  bridge,
  table: 'filter',
  chain: rule.chain,
  match: /-A \S+ ?(.*?) ?(?:-[jg] .*)?$/.exec(rule.source.line)?.[1] ?? '',
  actions: rule.target?.name ?? '',
  flow: rule.source.line,
})

/** Neutron's bridge has two ports: the tap, and the veth to br-int. */
function asBridged(packet: Packet, { tap, qbr, qvb }: HybridDevices, heading: Heading, connection: Connection) {
  const bridgePorts = heading === 'out' ? { in: tap, out: qvb } : { in: qvb, out: tap }
  const protocol = PROTOCOLS[packet[at.nwProto] ?? 0]
  return {
    in: qbr,
    out: qbr,
    bridgePorts,
    state: stateOf(connection),
    sourceMac: printMac(valueOf(packet, 'dl_src')),
    source: printIpv4(valueOf(packet, 'nw_src')),
    destination: printIpv4(valueOf(packet, 'nw_dst')),
    ...(protocol === undefined ? {} : { protocol }),
    // A later fragment has no ports.
    ...(packet[at.nwFrag] ? {} : portsOf(packet, protocol)),
  } satisfies Bridged
}

/** A rule that names another protocol is unknown then. */
const PROTOCOLS: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp' }

function portsOf(
  packet: Packet,
  protocol: string | undefined,
): Pick<Bridged, 'sourcePort' | 'destinationPort' | 'icmpType'> {
  const [source, destination] = [packet[at.tpSrc] ?? 0, packet[at.tpDst] ?? 0]
  if (protocol === 'icmp') return { icmpType: source }
  return protocol === undefined ? {} : { sourcePort: source, destinationPort: destination }
}

function stateOf(connection: Connection): NonNullable<Bridged['state']> {
  if (connection.includes('inv')) return 'INVALID'
  if (connection.includes('est') || connection.includes('rpl')) return 'ESTABLISHED'
  return connection.includes('rel') ? 'RELATED' : 'NEW'
}

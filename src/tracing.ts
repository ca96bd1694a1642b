import { say, type Say } from './core/lang.ts'
import type { AnyNeed, FactOf, Parsed } from './core/probe.ts'
import { problem } from './core/probe.ts'
import type { Subject } from './core/subject.ts'
import { gatewayOf, tapOf } from './core/subject.ts'
import type { Blocker, Ending, Traced } from './core/traced.ts'
import type { Transport } from './core/transport.ts'
import { type Resolution, resolveSubject } from './cloud/resolve.ts'
import { collect } from './engine/collect.ts'
import { type End, endAt, packetBetween, type Protocol, vmEnd } from './journey/packets.ts'
import { type About, atVm, endsHere, switchesOf } from './journey/places.ts'
import { type Goal, type Passage, travel } from './journey/travel.ts'
import { type BridgeParts, buildSwitch, portNumber } from './openflow/build.ts'
import { parseFdb } from './openflow/fdb.ts'
import { parseFlows } from './openflow/flow.ts'
import { parseGroups } from './openflow/groups.ts'
import { parsePacket } from './openflow/packet-text.ts'
import { parseFragments, parseShow } from './openflow/show.ts'
import { blockers } from './openflow/trace/blockers.ts'
import { tell } from './openflow/trace/tell.ts'
import { type Connection, trace } from './openflow/trace/trace.ts'
import { parseIpv4 } from './openflow/values.ts'
import { readDatabase } from './probes/ovs/database.ts'
import { hostSwitch } from './probes/ovs/switch.ts'
import { attachedVif } from './probes/wiring/vif.ts'
import { wayOut } from './probes/wiring/way-out.ts'

export type { Connection } from './openflow/trace/trace.ts'
export type { Protocol } from './journey/packets.ts'

/** What Open vSwitch's own commands printed of one bridge. */
export interface BridgeTexts {
  readonly flows: string
  readonly show?: string
  readonly groups?: string
  readonly fdb?: string
}
export interface Given {
  readonly bridges: ReadonlyMap<string, BridgeTexts>
  /** `ovsdb-client -f json dump Open_vSwitch` */
  readonly ovsdb?: string
}

/** Follows a packet through bridges of which only texts are there. Of what cannot be, says why. */
export function traceTexts(
  given: Given,
  where: { readonly bridge: string; readonly packet: string; readonly connections: readonly Connection[] },
): Parsed<Traced> {
  const database = given.ovsdb === undefined ? [] : readDatabase(given.ovsdb)
  if (given.ovsdb !== undefined && database.length === 0) return noDatabase
  const parts = [...given.bridges].map(([name, texts]) => partsOf(name, texts, database))
  const empty = parts.find((part) => part.flows.flows.length === 0)
  if (empty) return noFlows(empty.name)
  const bridges = buildSwitch(parts)
  const bridge = bridges.get(where.bridge)
  if (!bridge) return noBridge(where.bridge, [...given.bridges.keys()])
  const names = new Map([...bridge.ports.values()].map((port) => [port.name, port.ofport]))
  const packet = parsePacket(where.packet, names)
  if (!packet.ok) return noPacket(packet.word, names)
  const options = { connections: where.connections }
  const result = trace(bridges, bridge, packet.packet, options)
  return { ok: true, fact: tell(result, packet.packet, blockers(bridges, bridge, packet.packet, result, options)) }
}

function partsOf(name: string, texts: BridgeTexts, database: ReturnType<typeof readDatabase>): BridgeParts {
  const origin = (command: string) => ({ host: name, command })
  const settings = database.find((bridge) => bridge.name === name)
  const show = texts.show === undefined ? undefined : parseShow(texts.show, origin('ovs-ofctl show'))
  const numbers = new Map<string, number>([
    ...(settings?.ports ?? []).flatMap((p) => p.interfaces.map((i) => [i.name, i.ofport ?? -1] as const)),
    ...(show ?? []).map((port) => [port.name, portNumber(port.ofport)] as const),
  ])
  return {
    name,
    flows: parseFlows(texts.flows, origin('ovs-ofctl dump-flows'), numbers),
    ...(texts.groups === undefined ? {} : { groups: parseGroups(texts.groups, numbers) }),
    fragments: parseFragments(texts.show ?? ''),
    ...(show ? { show } : {}),
    ...(texts.fdb === undefined ? {} : { learned: parseFdb(texts.fdb, origin('ovs-appctl fdb/show')) }),
    ...(settings ? { settings } : {}),
  }
}

const noDatabase = problem(
  'The file of --ovsdb is not what `ovsdb-client -f json dump Open_vSwitch` prints.',
  '--ovsdb 的文件不是 `ovsdb-client -f json dump Open_vSwitch` 的输出。',
)
const noFlows = (bridge: string) =>
  problem(
    `No flow in the file of ${bridge}: it should be what \`ovs-ofctl dump-flows ${bridge}\` prints.`,
    `${bridge} 的文件里没有流表：应为 \`ovs-ofctl dump-flows ${bridge}\` 的输出。`,
  )
const noBridge = (name: string, known: readonly string[]) =>
  problem(
    `No flows were given for bridge ${name} (--flows ${name}=FILE); given: ${known.join(', ')}.`,
    `没有给出网桥 ${name} 的流表（--flows ${name}=文件）；已给出：${known.join('、')}。`,
  )
function noPacket(word: string, ports: ReadonlyMap<string, number>) {
  const hint = word.startsWith('in_port=') ? portHint(ports) : say('', '')
  return problem(
    `"${word}" is no part of a packet (syntax of ofproto/trace: in_port=3,udp,dl_src=…,nw_dst=…,tp_dst=67)${hint.en}.`,
    `无法理解 "${word}"（语法同 ofproto/trace：in_port=3,udp,dl_src=…,nw_dst=…,tp_dst=67）${hint.zh}。`,
  )
}

/** A port's name is known from `--show` or `--ovsdb` only. */
function portHint(ports: ReadonlyMap<string, number>): Say {
  const known = [...ports].map(([name, number]) => `${number}(${name})`).join(', ')
  return ports.size > 0
    ? say(`; its ports: ${known}`, `；该网桥的端口：${known}`)
    : say('; names need --show or --ovsdb', '；用端口名时需要 --show 或 --ovsdb')
}

/** What is asked of a VM's packet. */
export interface Conversation {
  readonly protocol: Protocol
  /** The other end; the gateway where it is absent. */
  readonly to?: string
  readonly connections: readonly Connection[]
}
export type VmTrace =
  | { readonly kind: 'traced'; readonly traced: Traced }
  | { readonly kind: 'problem'; readonly say: Say }
  | Exclude<Resolution, { kind: 'subject' }>

const needs: readonly AnyNeed[] = [hostSwitch, attachedVif, wayOut]

/** Follows a VM's packet from its port, over the bridges of its host and those of the DHCP hosts. */
export async function traceVm(vm: string, asked: Conversation, transport: Transport): Promise<VmTrace> {
  const resolution = await resolveSubject(vm, transport)
  if (resolution.kind !== 'subject') return resolution
  const { subject } = resolution
  const facts = await collect(subject, needs, transport)
  const read = <N extends AnyNeed>(need: N, host: string) => facts.read(need, host) as Parsed<FactOf<N>>
  const about: About = { subject, read }
  const ends = endsOf(subject, asked)
  if (!ends.ok) return { kind: 'problem', say: ends.problem }
  const entry = atVm(packetBetween(ends.fact.vm, ends.fact.other, asked.protocol), about)
  if (!entry.ok) return { kind: 'problem', say: entry.problem }
  const goal = goalOf(asked, ends.fact.other, about)
  const passages = travel(switchesOf(about), entry.fact, goal, { connections: asked.connections })
  return { kind: 'traced', traced: joined(passages, goal, [...ends.fact.assumed, ...firewallOf(about)]) }
}

interface Ends {
  readonly vm: End
  readonly other: End
  readonly assumed: readonly Ending[]
}

/** A MAC that nobody has: a switch floods what is sent to it. */
const UNKNOWN_MAC = '00:00:5e:00:53:01'

function endsOf(subject: Subject, { to, protocol }: Conversation): Parsed<Ends> {
  const vm = vmEnd(subject)
  const ip = to ?? gatewayOf(subject)
  if (!vm) return problem('The port has no IPv4 address.', '端口没有 IPv4 地址。')
  if (ip === undefined && protocol.kind !== 'dhcp')
    return problem('The subnet has no gateway: say where to (--to ADDRESS).', '子网没有网关：请用 --to 指定目的地址。')
  if (to !== undefined && parseIpv4(to) === undefined)
    return problem(`--to takes an IPv4 address, not "${to}".`, `--to 后面是 IPv4 地址，而不是 "${to}"。`)
  const known = ip === undefined ? undefined : endAt(ip, subject)
  const needed = protocol.kind !== 'dhcp' && protocol.kind !== 'arp'
  const assumed = known || !needed ? [] : [{ why: 'mac-unknown', about: ip ?? '' }]
  return { ok: true, fact: { vm, other: known ?? { ip: ip ?? '0.0.0.0', mac: UNKNOWN_MAC }, assumed } }
}

/** Behind a hybrid firewall bridge the packet has passed iptables before it comes to br-int. */
function firewallOf({ subject, read }: About): readonly Ending[] {
  const vif = read(attachedVif, subject.compute ?? '')
  return vif.ok && vif.fact.iface.name.startsWith('qvo') ? [{ why: 'iptables', about: vif.fact.iface.name }] : []
}

/** The DHCP ports for a request to them, the one that has the address for all else. */
function goalOf({ protocol }: Conversation, other: End, about: About): Goal {
  const { subject, read } = about
  const servers = subject.dhcpPorts.filter((port) => protocol.kind === 'dhcp' || port.ips.includes(other.ip))
  const via = read(wayOut, subject.compute ?? '')
  return {
    devices: new Set(servers.map(tapOf)),
    ...(protocol.kind === 'dhcp' ? {} : { here: new Set(endsHere(about)) }),
    ...(via.ok ? { via: via.fact } : {}),
  }
}

/** One answer of all hosts: it counts whether the packet came where it was bound. */
function joined(passages: readonly Passage[], { devices }: Goal, assumed: readonly Ending[]): Traced {
  const told = passages.map(({ entry, packet, result, blocks }) => tell(result, packet, blocks, entry.host))
  const hosts = passages.map((passage) => passage.entry.host)
  const crossed = hosts.length > 1 ? [{ why: 'physical-network', about: hosts.join(' → ') }] : []
  const outcome = outcomeOf(passages, devices)
  return {
    outcome,
    packet: told[0]?.packet ?? '',
    outputs: told.flatMap((each) => each.outputs),
    steps: told.flatMap((each) => each.steps),
    assumed: [...assumed, ...crossed, ...told.flatMap((each) => each.assumed)],
    // Where it has arrived, what drops its copies elsewhere is as it should be.
    blockers: outcome === 'delivered' ? [] : told.flatMap((each): readonly Blocker[] => each.blockers),
  }
}

function outcomeOf(passages: readonly Passage[], devices: ReadonlySet<string>): Traced['outcome'] {
  const [first] = passages
  if (passages.some(({ result }) => result.outputs.some(({ port }) => devices.has(port)))) return 'delivered'
  if (!first || first.result.outcome !== 'delivered') return first?.result.outcome ?? 'inconclusive'
  const others = passages.slice(1).map(({ result }) => result.outcome)
  if (devices.size === 0) return 'delivered'
  // It left its host, and no host that is known has taken it in: if all were read, it ends there.
  return others.length > 0 && others.every((outcome) => outcome === 'dropped') ? 'dropped' : 'inconclusive'
}

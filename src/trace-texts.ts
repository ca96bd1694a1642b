import { say, type Say } from './core/lang.ts'
import type { Parsed } from './core/probe.ts'
import { problem } from './core/probe.ts'
import type { Traced } from './core/traced.ts'
import { type BridgeParts, buildSwitch } from './openflow/build.ts'
import { parseFdb } from './openflow/fdb.ts'
import { parseFlows } from './openflow/flow.ts'
import { parseGroups } from './openflow/groups.ts'
import { parseMdb } from './openflow/mdb.ts'
import { parseMeters } from './openflow/meters.ts'
import { parsePacket } from './openflow/packet-text.ts'
import { portNumber } from './openflow/ports.ts'
import { parseFragments, parseShow } from './openflow/show.ts'
import { blockers } from './openflow/trace/blockers.ts'
import { tell } from './openflow/trace/tell.ts'
import { type Connection, trace } from './openflow/trace/trace.ts'
import { readDatabase } from './probes/ovs/database.ts'

/** What Open vSwitch's own commands printed of one bridge. */
export interface BridgeTexts {
  readonly flows: string
  readonly show?: string
  readonly groups?: string
  readonly fdb?: string
  /** `ovs-appctl mdb/show` */
  readonly mdb?: string
  /** `ovs-ofctl -O OpenFlow13 dump-meters` */
  readonly meters?: string
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

/** One bridge from what was printed of it. */
export function partsOf(name: string, texts: BridgeTexts, database: ReturnType<typeof readDatabase>): BridgeParts {
  const origin = (command: string) => ({ host: name, command })
  const settings = database.find((bridge) => bridge.name === name)
  const show = texts.show === undefined ? undefined : parseShow(texts.show, origin('ovs-ofctl show'))
  const numbers = new Map<string, number>([
    ...(settings?.ports ?? []).flatMap((p) => p.interfaces.map((i) => [i.name, i.ofport ?? -1] as const)),
    ...(show ?? []).map((port) => [port.name, portNumber(port.ofport) ?? -1] as const),
  ])
  return {
    name,
    flows: parseFlows(texts.flows, origin('ovs-ofctl dump-flows'), numbers),
    ...(texts.groups === undefined ? {} : { groups: parseGroups(texts.groups, numbers) }),
    fragments: parseFragments(texts.show ?? ''),
    ...(show ? { show } : {}),
    ...(texts.fdb === undefined ? {} : { learned: parseFdb(texts.fdb, origin('ovs-appctl fdb/show')) }),
    ...(texts.mdb === undefined ? {} : { multicast: parseMdb(texts.mdb) }),
    ...(texts.meters === undefined ? {} : { meters: parseMeters(texts.meters) }),
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

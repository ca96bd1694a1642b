import { readFile } from 'node:fs/promises'
import { say } from '../core/lang.ts'
import type { Traced } from '../core/traced.ts'
import { type BridgeParts, buildSwitch, portNumber } from '../openflow/build.ts'
import { parseFdb } from '../openflow/fdb.ts'
import { parseFlows } from '../openflow/flow.ts'
import { parseGroups } from '../openflow/groups.ts'
import { parsePacket } from '../openflow/packet-text.ts'
import { parseFragments, parseShow } from '../openflow/show.ts'
import { blockers } from '../openflow/trace/blockers.ts'
import { tell } from '../openflow/trace/tell.ts'
import { trace, type Connection } from '../openflow/trace/trace.ts'
import { readDatabase } from '../probes/ovs/database.ts'
import { UsageError } from './errors.ts'

/** Files that hold what Open vSwitch's own commands printed, by bridge. */
export interface TraceFiles {
  readonly flows: ReadonlyMap<string, string>
  readonly show: ReadonlyMap<string, string>
  readonly groups: ReadonlyMap<string, string>
  readonly fdb: ReadonlyMap<string, string>
  readonly ovsdb?: string
}

/** Follows a packet through bridges that are known from files only. */
export async function traceFiles(
  files: TraceFiles,
  at: { readonly bridge: string; readonly packet: string; readonly connections: readonly Connection[] },
): Promise<Traced> {
  const database = files.ovsdb === undefined ? [] : readDatabase(await read(files.ovsdb))
  if (files.ovsdb !== undefined && database.length === 0) throw noDatabase(files.ovsdb)
  const parts = await Promise.all([...files.flows].map(([name, file]) => readBridge(name, file, files, database)))
  const bridges = buildSwitch(parts)
  const bridge = bridges.get(at.bridge)
  if (!bridge) throw noBridge(at.bridge, [...files.flows.keys()])
  const names = new Map([...bridge.ports.values()].map((port) => [port.name, port.ofport]))
  const packet = parsePacket(at.packet, names)
  if (!packet.ok) throw noPacket(packet.word, names)
  const options = { connections: at.connections }
  const result = trace(bridges, bridge, packet.packet, options)
  return tell(result, packet.packet, blockers(bridges, bridge, packet.packet, result, options))
}

async function readBridge(
  name: string,
  file: string,
  files: TraceFiles,
  database: ReturnType<typeof readDatabase>,
): Promise<BridgeParts> {
  const [flows, show, groups, fdb] = await Promise.all(
    [file, files.show.get(name), files.groups.get(name), files.fdb.get(name)].map(async (path) =>
      path === undefined ? undefined : read(path),
    ),
  )
  const origin = (path: string | undefined) => ({ host: name, command: path ?? '' })
  const settings = database.find((bridge) => bridge.name === name)
  const ports = show === undefined ? undefined : parseShow(show, origin(files.show.get(name)))
  const numbers = new Map<string, number>([
    ...(settings?.ports ?? []).flatMap((p) => p.interfaces.map((i) => [i.name, i.ofport ?? -1] as const)),
    ...(ports ?? []).map((port) => [port.name, portNumber(port.ofport)] as const),
  ])
  const table = parseFlows(flows ?? '', origin(file), numbers)
  if (table.flows.length === 0) throw noFlows(file)
  return {
    name,
    flows: table,
    groups: parseGroups(groups ?? '', numbers),
    fragments: parseFragments(show ?? ''),
    ...(ports ? { show: ports } : {}),
    ...(fdb === undefined ? {} : { learned: parseFdb(fdb, origin(files.fdb.get(name))) }),
    ...(settings ? { settings } : {}),
  }
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UsageError(say(`Cannot read ${file}: ${reason}`, `无法读取 ${file}：${reason}`))
  }
}

const noDatabase = (file: string) =>
  new UsageError(
    say(
      `${file} is not what \`ovsdb-client -f json dump Open_vSwitch\` prints.`,
      `${file} 不是 \`ovsdb-client -f json dump Open_vSwitch\` 的输出。`,
    ),
  )
const noFlows = (file: string) =>
  new UsageError(
    say(
      `No flow in ${file}: it should be what \`ovs-ofctl dump-flows BRIDGE\` prints.`,
      `${file} 里没有流表：应为 \`ovs-ofctl dump-flows 网桥\` 的输出。`,
    ),
  )
const noBridge = (name: string, known: readonly string[]) =>
  new UsageError(
    say(
      `No flows were given for bridge ${name} (--flows ${name}=FILE); given: ${known.join(', ')}.`,
      `没有给出网桥 ${name} 的流表（--flows ${name}=文件）；已给出：${known.join('、')}。`,
    ),
  )
const noPacket = (word: string, ports: ReadonlyMap<string, number>) =>
  new UsageError(
    say(
      `"${word}" is no part of a packet (syntax of ofproto/trace: in_port=3,udp,dl_src=…,nw_dst=…,tp_dst=67)${hintOf(word, ports).en}.`,
      `无法理解 "${word}"（语法同 ofproto/trace：in_port=3,udp,dl_src=…,nw_dst=…,tp_dst=67）${hintOf(word, ports).zh}。`,
    ),
  )

/** A port's name is known from `--show` or `--ovsdb` only. */
function hintOf(word: string, ports: ReadonlyMap<string, number>) {
  if (!word.startsWith('in_port=')) return say('', '')
  const known = [...ports].map(([name, number]) => `${number}(${name})`).join(', ')
  return ports.size > 0
    ? say(`; its ports: ${known}`, `；该网桥的端口：${known}`)
    : say('; names need --show or --ovsdb', '；用端口名时需要 --show 或 --ovsdb')
}

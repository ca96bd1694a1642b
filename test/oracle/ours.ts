/** Our tracer on what the real Open vSwitch printed of itself, in the form in which its own trace is compared. */

import { buildSwitch } from '../../src/openflow/build.ts'
import type { Switch } from '../../src/openflow/bridge.ts'
import { at } from '../../src/openflow/fields.ts'
import { isTagged, TAGGED, type Packet as Words } from '../../src/openflow/packet.ts'
import { parsePacket as parseOurs, printPacket } from '../../src/openflow/packet-text.ts'
import type { Output as Sent, Step } from '../../src/openflow/trace/step.ts'
import { type Connection, type Trace, trace } from '../../src/openflow/trace/trace.ts'
import { readDatabase } from '../../src/probes/ovs/database.ts'
import { partsOf } from '../../src/trace-texts.ts'
import { type Output, type TunnelHeader } from './datapath.ts'
import type { DumpOptions, Ovs } from './ovs.ts'
import { type Packet, parsePacket } from './packet.ts'
import type { Visit } from './real-trace.ts'
import type { World } from './world.ts'

/** Reads a switch from its own dumps, as a customer would mail them. */
export async function readSwitch(ovs: Ovs, world: World, options: DumpOptions = {}): Promise<Switch> {
  const database = readDatabase(await ovs.database())
  const parts = await Promise.all(
    world.bridges.map(async ({ name, groups, meters, columns }) =>
      partsOf(
        name,
        {
          flows: await ovs.dumpFlows(name, options),
          // Later versions of OpenFlow have no flag for ports that are not flooded to.
          show: await ovs.show(name, 'OpenFlow10'),
          groups: groups?.length ? await ovs.dumpGroups(name) : '',
          fdb: await ovs.fdb(name),
          ...(columns?.includes('mcast_snooping_enable=true') ? { mdb: await ovs.mdb(name) } : {}),
          ...(meters?.length ? { meters: await ovs.dumpMeters(name) } : {}),
        },
        database,
      ),
    ),
  )
  return buildSwitch(parts)
}

export interface Ours {
  readonly trace: Trace
  readonly matched: readonly Visit[]
  readonly outputs: readonly Output[]
}

export function traceOurs(bridges: Switch, bridge: string, flow: string, ctNext: readonly string[]): Ours {
  const packet = parseOurs(flow)
  const start = bridges.get(bridge)
  if (!packet.ok || !start) throw new Error(`not understood: ${flow}`)
  const connections = ctNext.map((state) => state.split(',').filter((s) => s !== 'trk') as unknown as Connection)
  const result = trace(bridges, start, packet.packet, { connections })
  return { trace: result, matched: visits(result.steps), outputs: result.outputs.map(toOutput) }
}

/** In the order in which a real trace prints: what recirculates comes after all else. */
function visits(steps: readonly Step[]): Visit[] {
  const found: Visit[] = []
  const waiting: (readonly Step[])[] = [steps]
  for (const some of waiting) walk(some, found, waiting)
  return found
}

function walk(steps: readonly Step[], found: Visit[], waiting: (readonly Step[])[]): void {
  for (const step of steps) {
    if (step.kind === 'table') {
      const { bridge, table, flow } = step
      found.push(flow ? { bridge, table, priority: flow.priority } : { bridge, table, miss: true })
    }
    if (step.kind === 'conntrack') waiting.push(step.steps)
    else if ('steps' in step) walk(step.steps, found, waiting)
  }
}

function toOutput({ port, packet, tunnel }: Sent): Output {
  const header: TunnelHeader | undefined = tunnel && { type: '', id: tunnel.id.toString(), dst: tunnel.remote }
  return { kind: 'port', port, packet: toPacket(packet), ...(header ? { tunnel: header } : {}) }
}

function toPacket(words: Words): Packet {
  const tag = (tci: number, tpid: number) =>
    tci & TAGGED ? [{ vid: tci & 0xfff, pcp: tci >> 13, tpid: tpid || 0x8100 }] : []
  return {
    fields: parsePacket(printPacket(words)).fields,
    vlans: [
      ...tag(words[at.vlanTci] ?? 0, words[at.vlanTpid] ?? 0),
      ...tag(isTagged(words) ? (words[at.vlanTci1] ?? 0) : 0, words[at.vlanTpid1] ?? 0),
    ],
  }
}

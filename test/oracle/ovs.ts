import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type Daemons, startDaemons } from './daemons.ts'
import { type DatapathPort, parseDatapathPorts } from './datapath-ports.ts'
import { parseRealTrace, type RealTrace } from './real-trace.ts'
import { makeAll, removeAll, underlay } from './topology.ts'
import { connectUnixctl, type Unixctl } from './unixctl.ts'
import type { Bridge, World } from './world.ts'

export { whyNoOvs } from './daemons.ts'

export type OpenFlow = 'OpenFlow10' | 'OpenFlow13' | 'OpenFlow15'

export interface DumpOptions {
  readonly openflow?: OpenFlow
  readonly names?: boolean
  readonly stats?: boolean
}

/** A real Open vSwitch of one's own. */
export interface Ovs {
  readonly unixctl: Unixctl
  /** Makes the switch look like this; returns the flows and groups that it would not take. */
  apply(world: World): Promise<readonly string[]>
  trace(bridge: string, packet: string, ctNext?: readonly string[]): Promise<RealTrace>
  traceText(bridge: string, packet: string, ctNext?: readonly string[]): Promise<string>
  dumpFlows(bridge: string, options?: DumpOptions): Promise<string>
  dumpGroups(bridge: string, openflow?: OpenFlow): Promise<string>
  show(bridge: string, openflow?: OpenFlow): Promise<string>
  fdb(bridge: string): Promise<string>
  mdb(bridge: string): Promise<string>
  dumpMeters(bridge: string): Promise<string>
  /** `ovsdb-client -f json dump Open_vSwitch` */
  database(): Promise<string>
  stop(): Promise<void>
}

export async function startOvs(): Promise<Ovs> {
  const daemons = await startDaemons()
  const unixctl = await connectUnixctl(join(daemons.folder, 'vs.ctl'))
  return openOvs(daemons, unixctl)
}

function openOvs(daemons: Daemons, unixctl: Unixctl): Ovs {
  const run = (program: string, args: readonly string[], input = '') => runProgram(daemons, program, args, input)
  const database = `unix:${daemons.folder}/db.sock`
  const vsctl = (args: readonly string[]) => run('ovs-vsctl', [`--db=${database}`, ...args])
  const ofctl = (version: OpenFlow, ...args: string[]) => run('ovs-ofctl', ['-O', version, ...args])
  const traceText: Ovs['traceText'] = (bridge, packet, ctNext = []) =>
    unixctl.call('ofproto/trace', bridge, packet, ...ctNext.flatMap((state) => ['--ct-next', state]))
  let current: World = { bridges: [] }
  let ports: readonly DatapathPort[] = []

  async function rebuild(world: World): Promise<void> {
    // Two transactions: in one, a bridge of the same name would keep what was learned and set before.
    if (current.bridges.length) await vsctl(removeAll(current))
    current = { bridges: [] }
    await vsctl(makeAll(world))
    current = world
    await prepareTunnels(unixctl, world)
    await Promise.all(world.bridges.flatMap((b) => b.ports.map((p) => setFlags(b.name, p.name, p.flags ?? []))))
    ports = parseDatapathPorts(await unixctl.call('dpif/show'))
  }

  async function setFlags(bridge: string, port: string, flags: readonly string[]): Promise<void> {
    for (const flag of flags) await ofctl('OpenFlow10', 'mod-port', bridge, port, flag)
  }

  async function load(bridge: Bridge): Promise<readonly string[]> {
    for (const meter of bridge.meters ?? []) await ofctl('OpenFlow15', 'add-meter', bridge.name, meter)
    const lines = [
      ...(bridge.groups ?? []).map((group) => `group add ${group}`),
      ...flowsOf(bridge).map((flow) => `flow add ${flow}`),
    ]
    const send = async (some: readonly string[]) => {
      await run('ovs-ofctl', ['-O', 'OpenFlow15', 'bundle', bridge.name, '-'], `${some.join('\n')}\n`)
    }
    const clean = ['flow delete', 'group delete group_id=all']
    return send([...clean, ...lines]).then(
      () => [],
      async () => {
        await send(clean)
        return sendWhatIsTaken(lines, send)
      },
    )
  }

  return {
    unixctl,
    traceText,
    async apply(world) {
      if (!isDeepStrictEqual(topologyOf(world), topologyOf(current))) await rebuild(world)
      const rejected = await Promise.all(world.bridges.map(load))
      for (const bridge of world.bridges) await unixctl.call('fdb/flush', bridge.name)
      for (const e of world.fdb ?? []) await unixctl.call('fdb/add', e.bridge, e.port, String(e.vlan), e.mac)
      return rejected.flat()
    },
    trace: async (bridge, packet, ctNext) => parseRealTrace(await traceText(bridge, packet, ctNext), ports),
    dumpFlows: (bridge, { openflow = 'OpenFlow15', names = false, stats = true } = {}) =>
      ofctl(
        openflow,
        ...(names ? ['--names'] : ['--no-names']),
        ...(stats ? [] : ['--no-stats']),
        'dump-flows',
        bridge,
      ),
    dumpGroups: (bridge, openflow = 'OpenFlow15') => ofctl(openflow, 'dump-groups', bridge),
    show: (bridge, openflow = 'OpenFlow15') => ofctl(openflow, 'show', bridge),
    fdb: (bridge) => unixctl.call('fdb/show', bridge),
    dumpMeters: (bridge) => ofctl('OpenFlow13', 'dump-meters', bridge),
    mdb: (bridge) => unixctl.call('mdb/show', bridge),
    database: () => run('ovsdb-client', ['-f', 'json', 'dump', database, 'Open_vSwitch']),
    async stop() {
      unixctl.close()
      await daemons.stop()
    },
  }
}

/** A standalone bridge without a controller makes this flow by itself, once: deleting all flows takes it away. */
function flowsOf({ failMode, flows }: Bridge): readonly string[] {
  return failMode === 'standalone' && flows.length === 0 ? ['priority=0 actions=NORMAL'] : flows
}

/** What takes a new configuration; flows, groups and learned addresses are replaced without one. */
function topologyOf({ bridges, tunnels }: World): unknown {
  return [tunnels ?? 'kernel', bridges.map((bridge) => ({ ...bridge, flows: [], groups: [] }))]
}

async function prepareTunnels(unixctl: Unixctl, world: World): Promise<void> {
  const [first] = world.bridges
  if (world.tunnels !== 'native') {
    if (first) await unixctl.call('dpif/set-dp-features', first.name, 'tnl_push_pop', 'false')
    return
  }
  // Native tunnels need a route and a neighbour: without them every tunnel output is a drop.
  await unixctl.call('netdev-dummy/ip4addr', underlay.name, `${underlay.address}/16`)
  await unixctl.call('ovs/route/add', underlay.prefix, underlay.name)
  for (let host = 2; host < 10; host++) {
    await unixctl.call('tnl/neigh/set', underlay.name, `10.255.0.${host}`, `0e:00:00:00:00:0${host}`)
  }
}

/** A bundle is taken as a whole or not at all: halves until the lines at fault are alone. */
async function sendWhatIsTaken(
  lines: readonly string[],
  send: (some: readonly string[]) => Promise<void>,
): Promise<readonly string[]> {
  if (lines.length === 0) return []
  const taken = await send(lines).then(
    () => true,
    () => false,
  )
  if (taken) return []
  if (lines.length === 1) return lines
  const half = lines.length >> 1
  const first = await sendWhatIsTaken(lines.slice(0, half), send)
  return [...first, ...(await sendWhatIsTaken(lines.slice(half), send))]
}

function runProgram(daemons: Daemons, program: string, args: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: daemons.env })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
    // A program that refuses its arguments does not read its input.
    child.stdin.on('error', () => undefined)
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(out)
      else reject(new Error(`${program} ${args.join(' ')}: ${err}`))
    })
    child.stdin.end(input)
  })
}

import type { Bridge, Mirror, Port, World } from './world.ts'

/** Tunnels end here when they are native: a bridge with an address, whose one port leads to the peers. */
export const underlay = { name: 'underlay', port: 'under9', address: '10.255.0.1', prefix: '10.255.0.0/16' } as const

/** The arguments for one `ovs-vsctl` that makes all bridges, ports and mirrors. */
export function makeAll(world: World): string[] {
  const native = world.tunnels === 'native' ? makeUnderlay() : []
  return [...native, ...world.bridges.flatMap(makeBridge)]
}

export function removeAll(world: World): string[] {
  return [underlay.name, ...world.bridges.map((b) => b.name)].flatMap((name) => ['--', '--if-exists', 'del-br', name])
}

const makeUnderlay = () => {
  const ports = [{ name: underlay.port, ofport: 1 }]
  return makeBridge({ name: underlay.name, failMode: 'standalone', ports, flows: [] }, UNDERLAY_ID)
}

const UNDERLAY_ID = 89

function makeBridge(bridge: Bridge, index: number): string[] {
  const { name } = bridge
  // The address is said, so that two runs print the same.
  const columns = [
    'datapath_type=dummy',
    `fail_mode=${bridge.failMode ?? 'secure'}`,
    `other_config:hwaddr=${mac(name)}`,
  ]
  return [
    ...['--', 'add-br', name, '--', 'set', 'bridge', name, ...columns, ...(bridge.columns ?? [])],
    ...['--', 'set', 'bridge', name, `other_config:datapath-id=00000000000000${String(10 + index)}`],
    ...bridge.ports.flatMap((port) => makePort(name, port)),
    ...(bridge.mirrors ?? []).flatMap((mirror) => makeMirror(name, mirror)),
  ]
}

function mac(name: string): string {
  const sum = name.split('').reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) & 0xffff, 7)
  return `0a:00:00:00:${(sum >> 8).toString(16).padStart(2, '0')}:${(sum & 255).toString(16).padStart(2, '0')}`
}

function makePort(bridge: string, port: Port): string[] {
  const columns = [
    ...(port.tag === undefined ? [] : [`tag=${port.tag}`]),
    ...(port.trunks?.length ? [`trunks=${port.trunks.join(',')}`] : []),
    ...(port.cvlans?.length ? [`cvlans=${port.cvlans.join(',')}`] : []),
    ...(port.vlanMode ? [`vlan_mode=${port.vlanMode}`] : []),
    ...(port.columns ?? []),
  ]
  const setPort = columns.length ? ['--', 'set', 'port', port.name, ...columns] : []
  return [
    ...['--', 'add-port', bridge, port.name, ...setPort],
    ...['--', 'set', 'interface', port.name, `ofport_request=${port.ofport}`, ...interfaceColumns(port)],
  ]
}

function interfaceColumns({ peer, tunnel }: Port): string[] {
  if (peer) return ['type=patch', `options:peer=${peer}`]
  if (!tunnel) return []
  return [`type=${tunnel.type}`, `options:remote_ip=${tunnel.remote}`, `options:key=${tunnel.key}`]
}

function makeMirror(bridge: string, mirror: Mirror): string[] {
  const named = [...new Set([...(mirror.from ?? []), ...(mirror.to ?? []), mirror.output])]
  const ports = named.filter((port) => typeof port === 'string')
  const columns = [
    `name=${mirror.name}`,
    ...(mirror.all ? ['select_all=true'] : []),
    ...(mirror.from ?? []).map((port) => `select_src_port=@${port}`),
    ...(mirror.to ?? []).map((port) => `select_dst_port=@${port}`),
    ...(mirror.vlans?.length ? [`select_vlan=${mirror.vlans.join(',')}`] : []),
    typeof mirror.output === 'string' ? `output_port=@${mirror.output}` : `output_vlan=${mirror.output}`,
  ]
  return [
    ...ports.flatMap((port) => ['--', `--id=@${port}`, 'get', 'port', port]),
    ...['--', `--id=@${mirror.name}`, 'create', 'mirror', ...columns],
    ...['--', 'add', 'bridge', bridge, 'mirrors', `@${mirror.name}`],
  ]
}

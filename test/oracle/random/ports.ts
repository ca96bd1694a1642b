import fc from 'fast-check'
import type { FdbEntry, Port } from '../world.ts'
import type { Focus } from './focus.ts'

/** Bridge 0 is in the middle, joined to each of the others: there is no loop of bridges. */
export function portsOf(bridge: number, focus: Focus): fc.Arbitrary<readonly Port[]> {
  const plain = [1, 2, 3].map((n): Port => ({ name: `p${bridge + 1}${n}`, ofport: n }))
  const tunnels = focus.tunnels && bridge === focus.bridges - 1 ? tunnelPorts : []
  const random = focus.switching ? switched : (port: Port) => fc.constant(port)
  return fc.tuple(...[...plain, ...patches(bridge, focus.bridges)].map(random)).map((own) => [...own, ...tunnels])
}

function patches(bridge: number, bridges: number): Port[] {
  const patch = (from: number, to: number): Port => ({ name: `t${from}${to}`, ofport: 100 + to, peer: `t${to}${from}` })
  if (bridge > 0) return [patch(bridge, 0)]
  return Array.from({ length: bridges - 1 }, (_, n) => patch(0, n + 1))
}

const tunnelPorts: readonly Port[] = [
  { name: 'vx4', ofport: 4, tunnel: { type: 'vxlan', remote: '10.255.0.2', key: '77' } },
  { name: 'vx5', ofport: 5, tunnel: { type: 'vxlan', remote: 'flow', key: 'flow' } },
  { name: 'gre6', ofport: 6, tunnel: { type: 'gre', remote: '10.255.0.3', key: 'flow' } },
  { name: 'gnv7', ofport: 7, tunnel: { type: 'geneve', remote: 'flow', key: '9' } },
]

const vid = fc.constantFrom(5, 7, 8)

const sometimes = <T>(arbitrary: fc.Arbitrary<T>, freq = 2) => fc.option(arbitrary, { freq, nil: undefined })

function switched(port: Port): fc.Arbitrary<Port> {
  return fc
    .record({
      tag: sometimes(vid),
      trunks: sometimes(fc.uniqueArray(fc.constantFrom(0, 5, 7, 8), { minLength: 1, maxLength: 3 })),
      vlanMode: sometimes(fc.constantFrom('access', 'trunk', 'native-tagged', 'native-untagged', 'dot1q-tunnel')),
      columns: sometimes(fc.constantFrom(...COLUMNS), 1),
      flags: fc.oneof(
        { weight: 9, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.constantFrom(...FLAGS) },
      ),
    })
    .map((columns) => ({ ...port, ...Object.fromEntries(Object.entries(columns).filter(([, v]) => v !== undefined)) }))
}

const COLUMNS = [['protected=true'], ['other_config:priority-tags=always'], ['other_config:priority-tags=if-nonzero']]
const FLAGS = [['no-flood'], ['no-forward'], ['no-receive'], ['down']]

export function learned(bridge: string, ports: readonly Port[]): fc.Arbitrary<readonly FdbEntry[]> {
  const entry = fc.record({
    bridge: fc.constant(bridge),
    port: fc.constantFrom(...ports.map((port) => port.name)),
    vlan: fc.constantFrom(0, 5, 7, 8),
    mac: fc.constantFrom('0a:00:00:00:00:01', '0a:00:00:00:00:02', '0a:00:00:00:01:03'),
  })
  return fc.uniqueArray(entry, { maxLength: 5, selector: (one) => `${one.vlan} ${one.mac}` })
}

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BridgeSettings } from '../../src/openflow/build.ts'
import { readDatabase } from '../../src/probes/ovs/database.ts'
import { compare, isSure } from './agree.ts'
import { readSwitch } from './ours.ts'
import { type Ovs, startOvs, whyNoOvs } from './ovs.ts'
import type { Bridge, Port, World } from './world.ts'

/** The flow tables of a real Neutron, host by host, in a real Open vSwitch: our trace and its own agree on every packet. */

const root = fileURLToPath(new URL('../recorded/', import.meta.url))
const hosts = ['lab', 'lab-dvr'].flatMap((lab) => readdirSync(join(root, lab)).map((host) => join(lab, host)))

const reason = whyNoOvs()

describe.skipIf(reason !== undefined)('the same as ofproto/trace on the tables of', () => {
  let ovs: Ovs
  beforeAll(async () => {
    ovs = await startOvs()
  })
  afterAll(() => ovs?.stop())

  test.each(hosts)(
    '%s',
    async (host) => {
      const world = worldOf(join(root, host))
      expect(await ovs.apply(world)).toEqual([])
      const bridges = await readSwitch(ovs, world)
      let compared = 0
      for (const bridge of world.bridges) {
        for (const flow of packetsFor(bridge, world)) {
          for (const ctNext of [[], ['trk,est', 'trk,est'], ['trk,est,rpl', 'trk,est,rpl']]) {
            const real = await ovs.trace(bridge.name, flow, ctNext)
            const { ours, expected, got } = compare(bridges, real, { bridge: bridge.name, flow, ctNext })
            expect(isSure(ours), `${bridge.name} ${flow}`).toBe(true)
            expect(got, `${bridge.name} ${flow}\n${real.final}`).toEqual(expected)
            compared++
          }
        }
      }
      expect(compared).toBeGreaterThan(200)
    },
    300_000,
  )
})

function worldOf(folder: string): World {
  const settings = readDatabase(readFileSync(join(folder, 'host.ovsdb.txt'), 'utf8'))
  const bridges = settings.map((bridge) => toBridge(bridge, folder))
  return { bridges, fdb: bridges.flatMap((bridge) => learnedIn(bridge, folder)) }
}

const read = (folder: string, bridge: string, what: string) =>
  readFileSync(join(folder, `${bridge}.${what}.txt`), 'utf8')

function toBridge(bridge: BridgeSettings, folder: string): Bridge {
  const flows = read(folder, bridge.name, 'flows-15').split('\n')
  return {
    name: bridge.name,
    ports: bridge.ports.flatMap((port) => (port.name === bridge.name ? [] : toPort(port))),
    flows: flows
      .filter((line) => line.includes('actions='))
      .map((line) => line.trim().replace(/^cookie=\S+ duration=\S+ /, '')),
  }
}

function toPort({ name, tag, trunks, vlanMode, interfaces }: BridgeSettings['ports'][number]): readonly Port[] {
  const [only] = interfaces
  if (!only || only.ofport === undefined || only.ofport < 1) return []
  const peer = only.options.get('peer')
  const remote = only.options.get('remote_ip')
  return [
    {
      name,
      ofport: only.ofport,
      ...(tag === undefined ? {} : { tag }),
      ...(trunks.length > 0 ? { trunks } : {}),
      ...(vlanMode === undefined ? {} : { vlanMode: vlanMode as NonNullable<Port['vlanMode']> }),
      ...(peer === undefined ? {} : { peer }),
      ...(remote === undefined
        ? {}
        : { tunnel: { type: 'vxlan' as const, remote, key: only.options.get('out_key') ?? 'flow' } }),
    },
  ]
}

function learnedIn(bridge: Bridge, folder: string): NonNullable<World['fdb']> {
  return [...read(folder, bridge.name, 'fdb').matchAll(/^ +(\d+) +(\d+) +(\S+) +\d+$/gm)].flatMap(
    ([, ofport, vlan, mac]) => {
      const port = bridge.ports.find((p) => p.ofport === Number(ofport))
      return port && mac !== undefined ? [{ bridge: bridge.name, port: port.name, vlan: Number(vlan), mac }] : []
    },
  )
}

const every = (text: string, pattern: RegExp): readonly string[] => [
  ...new Set([...text.matchAll(pattern)].map((m) => m[1] ?? '')),
]

/** What a VM, a router and a DHCP server send, from each port, with addresses that the tables know and one that they do not. */
function packetsFor(bridge: Bridge, world: World): readonly string[] {
  const text = world.bridges.flatMap((b) => b.flows).join('\n')
  const macs = [
    ...every(text, /(?:dl_src|dl_dst|->eth_src)=?((?:[0-9a-f]{2}:){5}[0-9a-f]{2})/g),
    'fa:16:3e:00:00:99',
  ].slice(0, 6)
  const ips = [...every(text, /(?:nw_src|arp_spa)=(\d+\.\d+\.\d+\.\d+)/g), '8.8.8.8'].slice(0, 4)
  const vlans = ['', ...every(text, /dl_vlan=(\d+)/g).map((vlan) => `,dl_vlan=${vlan}`)].slice(0, 5)
  const kinds = [
    'dl_dst=ff:ff:ff:ff:ff:ff,udp,nw_src=0.0.0.0,nw_dst=255.255.255.255,udp_src=68,udp_dst=67,nw_ttl=64',
    'dl_dst=ff:ff:ff:ff:ff:ff,arp,arp_op=1,arp_spa=IP,arp_tpa=10.19.43.1',
    'dl_dst=MAC,icmp,nw_src=IP,nw_dst=10.19.43.1,icmp_type=8,nw_ttl=64',
    'dl_dst=MAC,tcp,nw_src=IP,nw_dst=8.8.8.8,tcp_dst=22,nw_ttl=64',
    'dl_dst=MAC,udp,nw_src=IP,nw_dst=10.19.43.130,udp_src=67,udp_dst=68,nw_ttl=64',
    'dl_dst=33:33:00:00:00:02,icmp6,icmpv6_type=133,icmpv6_code=0,ipv6_src=fe80::1,ipv6_dst=ff02::2,nw_ttl=255',
  ]
  const ports = ['LOCAL', ...bridge.ports.filter((p) => !p.peer).map((p) => String(p.ofport))]
  let turn = 0
  return ports.flatMap((port) =>
    macs.flatMap((mac) =>
      kinds.flatMap((kind) => {
        turn++
        const [vlan = '', ip = '', to = ''] = [
          vlans[turn % vlans.length],
          ips[turn % ips.length],
          macs[turn % macs.length],
        ]
        const tunnel = bridge.ports.find((p) => String(p.ofport) === port)?.tunnel
        const by = tunnel
          ? `,tun_id=0x${(turn % 2 ? 1 : 1001).toString(16)},tun_src=${tunnel.remote},tun_dst=10.0.0.1`
          : ''
        return [`in_port=${port}${vlan}${by},dl_src=${mac},${kind.replace('IP', ip).replace('MAC', to)}`]
      }),
    ),
  )
}

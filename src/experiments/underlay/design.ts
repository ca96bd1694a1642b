import type { UnderlayWay } from '../../core/underlay-tried.ts'
import { type Parsed, problem } from '../../core/probe.ts'
import { isTunnelled } from '../../core/subject.ts'
import { peers } from '../../probes/wiring/tunnel.ts'
import { tunnelSize } from '../../probes/wiring/tunnel-size.ts'
import { underlay } from '../../probes/wiring/underlay.ts'
import { links } from '../../probes/host/links.ts'
import type { About } from '../as-vm/places.ts'

export interface Design {
  readonly run: string
  readonly mtu: number
  readonly needed: number
  readonly mayFragment: boolean
  readonly ways: readonly Pick<UnderlayWay, 'host' | 'peer' | 'from' | 'to' | 'device'>[]
}

export const designNeeds = { peers, tunnelSize, underlay, links }

/** DHCP hosts that are tried: a network hardly has more, and one that does not answer takes three seconds. */
const MOST_PEERS = 3

/** Both ways between the VM's host and each DHCP host; nothing where there is no tunnel between them. */
export function designOf(run: string, about: About): Parsed<Design> | undefined {
  const { subject, read } = about
  const host = subject.compute
  if (!isTunnelled(subject) || host === undefined) return undefined
  const known = read(peers, host)
  if (!known.ok) return known
  const from = known.fact.own?.tunnels.ip
  if (from === undefined) return problem(`the tunnel address of ${host} is not known`, `不知道 ${host} 的隧道地址`)
  const size = read(tunnelSize, host)
  if (!size.ok) return size
  const ways = known.fact.all
    .filter((peer) => subject.dhcpHosts.includes(peer.host))
    .slice(0, MOST_PEERS)
    .flatMap(({ host: peer, ip }) => (ip === undefined ? [] : bothWays({ host, peer, from, to: ip })))
  if (ways.length === 0) return undefined
  return { ok: true, fact: { run, ...size.fact, ways: ways.map((way) => withDevice(way, about)) } }
}

function withDevice(way: Design['ways'][number], { read }: About): Design['ways'][number] {
  const [found, all] = [read(underlay, way.host), read(links, way.host)]
  if (!found.ok || !all.ok) return way
  const sizes = found.fact.devices.flatMap((name) => {
    const link = all.fact.byName.get(name)
    return link?.mtu === undefined ? [] : [{ name, mtu: link.mtu, source: link.source }]
  })
  const [smallest] = sizes.toSorted((a, b) => a.mtu - b.mtu)
  return smallest === undefined ? way : { ...way, device: smallest }
}

const bothWays = (way: Design['ways'][number]): Design['ways'] => [
  way,
  { host: way.peer, peer: way.host, from: way.to, to: way.from },
]

import { type Answer, type Evidence, originOf, type Reading, reading, without } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, type Parsed, problem } from '../../core/probe.ts'
import { linesOf } from '../../core/scan.ts'
import { dhcpNamespace, hostsOf } from '../../core/subject.ts'
import { type Link, parseLinks } from '../host/links.ts'

export interface Address {
  readonly device: string
  /** Without the prefix length. */
  readonly ip: string
  readonly source: Evidence
}
export interface Neighbour {
  readonly ip: string
  readonly mac?: string
  /** `REACHABLE`, `STALE`, `FAILED`, … (ip-neighbour(8)). */
  readonly state: string
  readonly source: Evidence
}
/** The inside of the network's `qdhcp-` namespace. */
export interface DhcpNamespace {
  readonly name: string
  readonly exists: boolean
  readonly links: readonly Link[]
  readonly addresses: readonly Address[]
  readonly neighbours: readonly Neighbour[]
  /** Local addresses of UDP sockets, as `ss` prints them: `10.0.0.2:67`, `0.0.0.0%tap…:67`. */
  readonly udp: Parsed<readonly Reading<string>[]>
  readonly source: Evidence
}

const commands = [
  ['ip', '-o', 'link', 'show'],
  ['ip', '-o', 'addr', 'show'],
  ['ip', 'route', 'show'],
  ['ip', 'neigh', 'show'],
  ['ss', '-lun'],
]

export const dhcpNs = hostProbe<DhcpNamespace, Record<never, never>>({
  id: 'dhcp-namespace',
  asks: ({ subject, host }) =>
    hostsOf(subject, 'dhcp').includes(host)
      ? [
          { host, argv: ['ls', '/run/netns'], okExits: [0, 2] },
          ...commands.map((command) => ({
            host,
            root: true,
            argv: ['ip', 'netns', 'exec', dhcpNamespace(subject.network), ...command],
          })),
        ]
      : [],
  parse: ([names, ...inside], { subject }) =>
    fromAnswer(names, (a) => {
      const name = dhcpNamespace(subject.network)
      const line = linesOf(a.stdout).find((l) => l.trim() === name)
      if (line === undefined) return fact(absent(name, a))
      return present(name, reading(name, line, originOf(a)), inside)
    }),
})

const absent = (name: string, listing: Answer): DhcpNamespace => ({
  name,
  exists: false,
  links: [],
  addresses: [],
  neighbours: [],
  udp: problem('no such namespace', 'namespace 不存在'),
  source: without(
    name,
    reading(name, linesOf(listing.stdout)[0] ?? linesOf(listing.stderr)[0] ?? '', originOf(listing)),
  ),
})

function present(name: string, source: Evidence, inside: readonly Answer[]): Parsed<DhcpNamespace> {
  const [link, addr, , neigh, ss] = inside
  return fromAnswer(link, (l) =>
    fromAnswer(addr, (a) => {
      const links = parseLinks(l)
      if (!links.ok) return links
      const neighbours = fromAnswer(neigh, (n) => fact(parseNeighbours(n)))
      return fact({
        name,
        exists: true,
        links: [...links.fact.byName.values()],
        addresses: parseAddresses(a),
        // Neighbours only ever add evidence: nothing is concluded from there being none.
        neighbours: neighbours.ok ? neighbours.fact : [],
        udp: fromAnswer(ss, (s) => fact(parseSockets(s))),
        source,
      })
    }),
  )
}

/** Parses `ss -lun`: state, queues, local address. */
function parseSockets(answer: Answer): readonly Reading<string>[] {
  return linesOf(answer.stdout).flatMap((line) => {
    const local = line.trim().split(/\s+/)[3]
    return local?.includes(':') ? [reading(local, line, originOf(answer))] : []
  })
}

/** Parses `ip -o addr`: `2: tap…    inet 10.0.0.2/24 brd … `. */
export function parseAddresses(answer: Answer): readonly Address[] {
  return linesOf(answer.stdout).flatMap((line) => {
    const row = /^\d+: (\S+)\s+inet6? ([0-9a-f.:]+)(?:\/\d+)? /.exec(line)
    return row?.[1] && row[2] ? [{ device: row[1], ip: row[2], source: reading(row[2], line, originOf(answer)) }] : []
  })
}

/** Parses `ip neigh`: `10.0.0.1 dev tap… lladdr aa:… REACHABLE`. */
export function parseNeighbours(answer: Answer): readonly Neighbour[] {
  return linesOf(answer.stdout).flatMap((line) => {
    const row = /^(\S+) dev \S+ (?:lladdr ([0-9a-f:]{17}) )?(?:\w+ )*?([A-Z]+)\s*$/.exec(line)
    if (!row?.[1] || !row[3]) return []
    return [
      {
        ip: row[1],
        ...(row[2] ? { mac: row[2] } : {}),
        state: row[3],
        source: reading(row[1], line, originOf(answer)),
      },
    ]
  })
}

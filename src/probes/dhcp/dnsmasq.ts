import { type Answer, type Ask, type Evidence, originOf, reading } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, type Parsed } from '../../core/probe.ts'
import { linesOf } from '../../core/scan.ts'
import { hostsOf } from '../../core/subject.ts'
import { type Process, type Processes, processes } from '../host/processes.ts'

/** Neutron's default `state_path` (neutron/conf/common.py) and layout (neutron/agent/linux/dhcp.py). */
const usualDirectory = '/var/lib/neutron/dhcp'

/** One line of dnsmasq's hosts file: who may have which address. */
export interface HostEntry {
  readonly mac: string
  readonly ips: readonly string[]
  readonly source: Evidence
}
export interface Lease {
  /** Seconds since the epoch; 0 is for ever. */
  readonly expires: number
  readonly mac: string
  readonly ip: string
  readonly source: Evidence
}
/** The dnsmasq of one network: its processes and files. */
export interface Dnsmasq {
  readonly running: readonly Process[]
  readonly hosts: Parsed<{ readonly entries: readonly HostEntry[]; readonly source: Evidence }>
  readonly leases: Parsed<readonly Lease[]>
}

export const dnsmasq = hostProbe({
  id: 'dnsmasq',
  after: { processes },
  asks: ({ subject, host, prior }): readonly Ask[] => {
    if (!hostsOf(subject, 'dhcp').includes(host)) return []
    const running = ofNetwork(prior.processes.all, subject.network.id)
    return (['hostsfile', 'leasefile'] as const).map((file) => ({
      host,
      root: true,
      argv: ['cat', pathOf(running, file) ?? `${usualDirectory}/${subject.network.id}/${usualName[file]}`],
      maxBytes: 4 << 20,
    }))
  },
  parse: ([hosts, leases], { subject, prior }): Parsed<Dnsmasq> =>
    fact({
      running: ofNetwork(prior.processes.all, subject.network.id),
      hosts: fromAnswer(hosts, (a) => fact(parseHosts(a))),
      leases: fromAnswer(leases, (a) => fact(parseLeases(a))),
    }),
})

const usualName = { hostsfile: 'host', leasefile: 'leases' } as const

const ofNetwork = (all: readonly Process[], network: string) =>
  all.filter((p) => /(^|\/)dnsmasq( |$)/.test(p.args) && p.args.includes(network) && !p.state.startsWith('Z'))

const pathOf = (running: readonly Process[], file: string): string | undefined =>
  running.map((p) => new RegExp(`--dhcp-${file}=(\\S+)`).exec(p.args)?.[1]).find((path) => path !== undefined)

/** Where the DHCP agent keeps the files of a network: as its dnsmasq was told, else the usual place of all. */
export const dhcpDirectory = ({ all }: Processes, network: string): string =>
  pathOf(ofNetwork(all, network), 'hostsfile')?.replace(/\/[^/]*$/, '') ?? usualDirectory

/** Parses lines such as `fa:16:3e:…,host-10-0-0-5.openstacklocal,10.0.0.5` (options and tags in between ignored). */
export function parseHosts(answer: Answer) {
  const lines = linesOf(answer.stdout)
  const entries = lines.flatMap((line): HostEntry[] => {
    const [mac = '', ...rest] = line.trim().split(',')
    if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(mac)) return []
    const ips = rest
      .map((word) => word.replace(/^\[(.*)\]$/, '$1'))
      .filter((word) => /^[\d.]+$|:/.test(word) && !/^(tag|set|id):/.test(word))
    return [{ mac: mac.toLowerCase(), ips, source: reading(mac, line, originOf(answer)) }]
  })
  return { entries, source: reading(entries.length, lines[0] ?? '', originOf(answer)) }
}

/** Parses dnsmasq's lease file: `1763980000 fa:16:3e:… 10.0.0.5 host-10-0-0-5 01:fa:…`. */
export function parseLeases(answer: Answer): readonly Lease[] {
  return linesOf(answer.stdout).flatMap((line) => {
    const row = /^(\d+) ([0-9a-f:]{17}) (\S+) /i.exec(line)
    if (!row?.[2] || !row[3]) return []
    return [
      {
        expires: Number(row[1]),
        mac: row[2].toLowerCase(),
        ip: row[3],
        source: reading(row[3], line, originOf(answer)),
      },
    ]
  })
}

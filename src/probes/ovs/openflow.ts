import { type Answer, type Ask, originOf, type Reading, reading } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, type Parsed } from '../../core/probe.ts'
import { linesOf } from '../../core/scan.ts'
import { type FlowTable, parseFlows } from '../../openflow/flow.ts'
import { neutronBridges } from './bridges.ts'
import { ovsdb } from './ovsdb.ts'

/** An entry of a bridge's MAC table (`ovs-appctl fdb/show`). */
export interface Learned {
  /** ofport, or `LOCAL`. */
  readonly port: string
  readonly vlan: number
  readonly mac: string
  /** Seconds since a frame from this MAC was seen. */
  readonly age: number
  readonly source: Reading<string>
}
export interface OfPort {
  readonly ofport: string
  readonly name: string
  readonly config: string
  readonly state: string
  readonly source: Reading<string>
}
/** What Open vSwitch has in one bridge. Each part for itself: one command that failed hides no other. */
export interface BridgeState {
  readonly flows: Parsed<FlowTable>
  readonly ports: Parsed<readonly OfPort[]>
  readonly learned: Parsed<readonly Learned[]>
}

export const openflow = hostProbe({
  id: 'openflow',
  after: { bridges: neutronBridges, ovsdb },
  asks: ({ host, prior }) =>
    prior.bridges.onPath.flatMap((name) => {
      const version = versionFor(prior.ovsdb.bridges.find((b) => b.name === name)?.protocols ?? [])
      const ofctl = ['ovs-ofctl', '--timeout=8', ...version]
      return [
        { host, root: true, argv: [...ofctl, 'dump-flows', name], maxBytes: 32 << 20 },
        { host, root: true, argv: [...ofctl, 'show', name] },
        { host, root: true, argv: ['ovs-appctl', '--timeout=5', 'fdb/show', name], maxBytes: 4 << 20 },
      ] satisfies Ask[]
    }),
  parse: (answers, { prior }): Parsed<ReadonlyMap<string, BridgeState>> =>
    fact(new Map(prior.bridges.onPath.map((name, i) => [name, stateFrom(answers.slice(3 * i, 3 * i + 3))]))),
})

// OpenFlow 1.0 is what ovs-ofctl speaks by default and the only version whose dumps tell when a flow was last used.
const versionFor = (protocols: readonly string[]): readonly string[] => {
  const newest = protocols
    .filter((p) => /^OpenFlow1[1-5]$/.test(p))
    .toSorted()
    .at(-1)
  return protocols.length === 0 || protocols.includes('OpenFlow10') || !newest ? [] : ['-O', newest]
}

const stateFrom = ([flows, ports, learned]: readonly Answer[]): BridgeState => ({
  flows: fromAnswer(flows, (a) => fact(parseFlows(a.stdout, originOf(a)))),
  ports: fromAnswer(ports, (a) => fact(parseShow(a))),
  learned: fromAnswer(learned, (a) => fact(parseFdb(a))),
})

/** Parses `ovs-ofctl show`: ` 1(bond2): addr:…` with `config:` and `state:` lines below. */
export function parseShow(answer: Answer): readonly OfPort[] {
  const ports: OfPort[] = []
  for (const line of linesOf(answer.stdout)) {
    const head = /^ ?(\w+)\(([^)]*)\): addr:/.exec(line)
    const detail = /^\s+(config|state):\s*(.*)$/.exec(line)
    const last = ports.at(-1)
    if (head)
      ports.push({
        ofport: head[1] ?? '',
        name: unquoted(head[2] ?? ''),
        config: '',
        state: '',
        source: reading(line, line, originOf(answer)),
      })
    else if (detail && last) ports[ports.length - 1] = { ...last, [detail[1] ?? '']: detail[2] ?? '' }
  }
  return ports
}
// Newer releases quote names that are not plain words.
const unquoted = (name: string) => name.replace(/^"(.*)"$/, '$1')

/** Parses `ovs-appctl fdb/show`: ` port  VLAN  MAC  Age`. */
export function parseFdb(answer: Answer): readonly Learned[] {
  return linesOf(answer.stdout).flatMap((line) => {
    const row = /^\s*(\w+)\s+(\d+)\s+([0-9a-f]{2}(?::[0-9a-f]{2}){5})\s+(\d+|static)\s*$/.exec(line)
    if (!row) return []
    const [, port = '', vlan, mac = '', age] = row
    return [
      {
        port,
        vlan: Number(vlan),
        mac,
        age: age === 'static' ? 0 : Number(age),
        source: reading(line.trim(), line.trim(), originOf(answer)),
      },
    ]
  })
}

import { type Answer, type Ask, originOf } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, type Parsed } from '../../core/probe.ts'
import { type Learned, parseFdb } from '../../openflow/fdb.ts'
import { type FlowTable, parseFlows } from '../../openflow/flow.ts'
import { type OfPort, parseShow } from '../../openflow/show.ts'
import { neutronBridges } from './bridges.ts'
import { ovsdb } from './ovsdb.ts'

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
      const version = versionOf(prior.ovsdb.bridges.find((b) => b.name === name)?.protocols ?? [])
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

/** Options of `ovs-ofctl` for a bridge. OpenFlow 1.0 is its default, and the only version whose dumps tell when a flow was last used. */
export const versionOf = (protocols: readonly string[]): readonly string[] => {
  const newest = protocols
    .filter((p) => /^OpenFlow1[1-5]$/.test(p))
    .toSorted()
    .at(-1)
  return protocols.length === 0 || protocols.includes('OpenFlow10') || !newest ? [] : ['-O', newest]
}

const stateFrom = ([flows, ports, learned]: readonly Answer[]): BridgeState => ({
  flows: fromAnswer(flows, (a) => fact(parseFlows(a.stdout, originOf(a)))),
  ports: fromAnswer(ports, (a) => fact(parseShow(a.stdout, originOf(a)))),
  learned: fromAnswer(learned, (a) => fact(parseFdb(a.stdout, originOf(a)))),
})

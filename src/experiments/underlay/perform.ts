import { type Answer, type Ask, originOf, reading } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, type Parsed, problem } from '../../core/probe.ts'
import { linesOf } from '../../core/scan.ts'
import { askKey, byKey } from '../../core/transport.ts'
import type { Route, UnderlayWay } from '../../core/underlay-tried.ts'
import { parseNeighbours } from '../../probes/dhcp/namespace.ts'
import { underlayTried } from '../../probes/wiring/underlay-tried.ts'
import { parsePings, pingAll, pingAsk } from '../ping.ts'
import type { Means } from '../captures.ts'
import type { Performed } from '../prepare.ts'
import type { Design } from './design.ts'

type Way = Design['ways'][number]

/** All pings at once; then each kernel has to tell what it knows of the way. */
export async function perform(design: Design, means: Means): Promise<Performed> {
  const asks = design.ways.flatMap((way) => pingsOf(way, design))
  const pings = await pingAll(asks, means)
  const answers = [
    ...pings,
    ...(await means.bench.ask(design.ways.flatMap((way) => [routeAsk(way), neighbourAsk(way)]))),
  ]
  const known = byKey(answers)
  const ways = design.ways.map((way) => wayOf(way, design, known))
  return { result: { id: 'underlay', ...design, ways }, states: underlayTried, answers }
}

const pingsOf = (way: Way, { run, needed }: Design): readonly [Ask, Ask] => [
  pingAsk(way, run),
  pingAsk({ ...way, size: needed }, run),
]

// 2: no route, which is an answer.
const routeAsk = ({ host, from, to }: Way): Ask => ({
  host,
  argv: ['ip', '-o', 'route', 'get', to, 'from', from],
  okExits: [0, 2],
})
const neighbourAsk = ({ host, to }: Way): Ask => ({ host, argv: ['ip', 'neigh', 'show', 'to', to] })

function wayOf(way: Way, design: Design, answers: ReadonlyMap<string, Answer>): UnderlayWay {
  const [small, full] = pingsOf(way, design)
  const of = (ask: Ask) => answers.get(askKey(ask))
  const unresolved = unresolvedIn(of(neighbourAsk(way)), way)
  return {
    ...way,
    route: fromAnswer(of(routeAsk(way)), parseRoute),
    small: parsePings(of(small)),
    full: parsePings(of(full)),
    ...(unresolved === undefined ? {} : { unresolved }),
  }
}

/** Parses `ip -o route get`: `10.0.0.2 from 10.0.0.1 via 10.0.0.254 dev bond0.40 uid 0 \    cache`. */
function parseRoute(answer: Answer): Parsed<Route> {
  const [line] = linesOf(answer.stdout)
  const device = / dev (\S+)/.exec(line ?? '')?.[1]
  if (line !== undefined && device !== undefined && !/^(unreachable|prohibit|blackhole) /.test(line)) {
    const via = / via (\S+)/.exec(line)?.[1]
    return fact({
      is: 'route',
      device,
      ...(via === undefined ? {} : { via }),
      source: reading(device, line, originOf(answer)),
    })
  }
  const refusal = [...linesOf(answer.stderr), ...linesOf(answer.stdout)].find((text) => NO_ROUTE.test(text))
  if (refusal !== undefined) return fact({ is: 'none', source: reading(undefined, refusal, originOf(answer)) })
  const words = linesOf(answer.stderr)[0] ?? 'ip route get has printed nothing'
  return problem(words, words)
}

/** ENETUNREACH, and what an `unreachable` route makes (EHOSTUNREACH). */
const NO_ROUTE = /Network is unreachable|No route to host|^unreachable /

/** No entry at all may mean that nothing was asked for: it says nothing. */
function unresolvedIn(answer: Answer | undefined, { to }: Way) {
  const known = fromAnswer(answer, (a) => fact(parseNeighbours(a)))
  const entry = known.ok ? known.fact.find((n) => n.ip === to) : undefined
  return entry && entry.mac === undefined && ['FAILED', 'INCOMPLETE'].includes(entry.state) ? entry.source : undefined
}

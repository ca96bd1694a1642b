import type { Answer, Ask } from '../../core/answer.ts'
import { askKey, byKey } from '../../core/transport.ts'
import { fromTheDhcpNamespace } from '../../probes/wiring/from-the-dhcp-namespace.ts'
import { ROUNDS } from '../as-vm/design.ts'
import { type Means, whileCapturing } from '../captures.ts'
import type { Performed } from '../prepare.ts'
import { pingAll } from '../ping.ts'
import { sendRounds } from '../rounds.ts'
import { captureAt, fullPingsAt, pingsAt, sendsAt, wordsAt } from './asks.ts'
import type { Design, ServerPort } from './design.ts'
import { shownAt } from './shown.ts'

/** On all DHCP hosts at once. Nothing where a recording knows nothing of it. */
export async function perform(design: Design, means: Means): Promise<Performed | undefined> {
  const ports = design.servers.flatMap(({ port }) => (port.ok ? [port.fact] : []))
  const { bench } = means
  const ofAll = (asksAt: typeof pingsAt) => ports.flatMap((port) => asksAt(port, design))
  const pinging = Promise.all([pingAll(ofAll(pingsAt), means), pingAll(ofAll(fullPingsAt), means)])
  const { done, answers: captures } = await whileCapturing(
    ports.map((port) => captureAt(port, design)),
    means,
    () => Promise.all(ports.map((port) => sendRounds(roundsOf(port, design), bench))),
  )
  const [pings, full] = await pinging
  // An older recording knows nothing of large pings.
  const answers = [...done.flat(), ...captures, ...pings, ...full.filter(isRecorded)]
  if (!answers.some(isRecorded)) return undefined
  const before = { of: finderIn(answers), sent: done.flat() }
  const silent = ports.filter((port) => isSilent(shownAt(port, design, before).server))
  const words = await bench.ask(silent.map(({ host }) => wordsAt(host, design)))
  const known = { ...before, of: finderIn([...answers, ...words]) }
  const hosts = design.servers.map(({ host, port }) =>
    port.ok ? shownAt(port.fact, design, known) : { host, server: port, reached: [] },
  )
  return {
    result: { id: 'from-the-dhcp-namespace', run: design.run, hosts },
    states: fromTheDhcpNamespace,
    answers: [...answers, ...words],
  }
}

const roundsOf = (port: ServerPort, design: Design): readonly (readonly Ask[])[] =>
  Array.from({ length: ROUNDS }, (_, round) => sendsAt(port, design, round))

function finderIn(answers: readonly Answer[]): (ask: Ask) => Answer | undefined {
  const known = byKey(answers)
  return (ask) => known.get(askKey(ask))
}

const isRecorded = ({ failure }: Answer): boolean => failure?.reason !== 'not recorded'

const isSilent = (server: ReturnType<typeof shownAt>['server']) => server.ok && server.fact.is === 'silent'

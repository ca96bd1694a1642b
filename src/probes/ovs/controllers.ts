import type { Evidence } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, type Parsed, problem } from '../../core/probe.ts'
import { integer } from '../../core/scan.ts'
import { neglected } from '../wiring/neglected.ts'
import { neutronBridges } from './bridges.ts'
import { idsIn } from './rows.ts'
import { map, parseTable, type Row, text } from './table.ts'

/** Whom br-int takes OpenFlow from (OVSDB's `Controller` table, ovs-vswitchd.conf.db(5)). */
export interface Controllers {
  readonly bridge: Evidence
  readonly all: readonly Controller[]
}
export interface Controller {
  readonly target: string
  readonly connected: boolean
  /** For how long it has not been connected. Unit: seconds. */
  readonly lostFor?: number
  readonly error?: string
  readonly source: Evidence
}

export const controllerCommands: readonly (readonly string[])[] = [
  ['Bridge', 'name,controller'],
  ['Controller', '_uuid,target,is_connected,status'],
].map(([table = '', columns = '']) => [
  ...['ovs-vsctl', '--timeout=8', '--format=json', `--columns=${columns}`, 'list', table],
])

/** Asked only where an agent that runs has left a port of the VM alone. */
export const controllers = hostProbe({
  id: 'controllers',
  after: { neglected, bridges: neutronBridges },
  asks: ({ host, prior }) =>
    prior.neglected.ports.length === 0 ? [] : controllerCommands.map((argv) => ({ host, root: true, argv })),
  parse: ([bridges, rows], { prior }): Parsed<Controllers> =>
    fromAnswer(bridges, (b) =>
      fromAnswer(rows, (r) => {
        const [named, listed] = [parseTable(b), parseTable(r)]
        if (!named.ok) return named
        if (!listed.ok) return listed
        const bridge = named.fact.find((row) => text(row, 'name') === prior.bridges.integration)
        if (!bridge) return problem(`no bridge ${prior.bridges.integration}`, `没有网桥 ${prior.bridges.integration}`)
        const ids = new Set(idsIn(bridge, 'controller'))
        const mine = listed.fact.filter((row) => ids.has(text(row, '_uuid') ?? ''))
        return fact({ bridge: bridge.source, all: mine.map(toController) })
      }),
    ),
})

function toController(row: Row): Controller {
  const status = map(row, 'status')
  const [lostFor, error] = [integer(status.get('sec_since_disconnect')), status.get('last_error')]
  return {
    target: text(row, 'target') ?? '',
    connected: text(row, 'is_connected') === 'true',
    source: row.source,
    ...(lostFor === undefined ? {} : { lostFor }),
    ...(error === undefined ? {} : { error }),
  }
}

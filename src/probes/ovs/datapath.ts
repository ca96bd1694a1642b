import { type Answer, type Evidence, originOf, reading } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, type Parsed } from '../../core/probe.ts'
import { integer, linesOf } from '../../core/scan.ts'
import { attachedVif } from '../wiring/vif.ts'

/**
 * Frames of one source that came in by the VM's port in the last seconds: what the datapath remembers of them (ovs-dpctl(8)).
 * It forgets ten seconds after the last frame (`max-idle`, ovs-vswitchd.conf.db(5)).
 */
export interface Arrived {
  readonly mac: string
  readonly dropped: boolean
  /** Seconds since the last frame; absent where there was but the one that made the entry. */
  readonly age?: number
  readonly source: Evidence
}

export const datapathCommand = (type: string): readonly string[] => [
  ...['ovs-appctl', '--timeout=5', 'dpctl/dump-flows', '--names', `${type}@ovs-${type}`],
]

export const arrived = hostProbe({
  id: 'datapath-flows',
  after: { vif: attachedVif },
  asks: ({ host, prior: { vif } }) => [
    {
      host,
      root: true,
      argv: datapathCommand(vif.bridge.datapathType || 'system'),
      pipe: [['grep', '-aF', `in_port(${vif.iface.name})`]],
    },
  ],
  parse: ([answer]): Parsed<readonly Arrived[]> => fromAnswer(answer, (a) => fact(parseArrived(a))),
})

/** Entries without a source MAC are of what was sent round again (`recirc_id`), and are left out. */
export function parseArrived(answer: Answer): readonly Arrived[] {
  return linesOf(answer.stdout).flatMap((line) => {
    const mac = /\beth\(src=([0-9a-f]{2}(?::[0-9a-f]{2}){5})[,)]/.exec(line)?.[1]
    const [, used, actions] = /, used:(\S{1,20}), .*?actions:(\S.*)$/.exec(line) ?? []
    if (mac === undefined || actions === undefined) return []
    const age = integer(/^(\d+)(?:\.\d+)?s$/.exec(used ?? '')?.[1])
    // From the source on: what stands before it only says that it is this port's.
    const shown = line.slice(line.indexOf('eth(src=')).trim()
    const source = reading(shown, shown, originOf(answer))
    return [{ mac, dropped: actions.trim() === 'drop', ...(age === undefined ? {} : { age }), source }]
  })
}

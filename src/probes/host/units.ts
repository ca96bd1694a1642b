import { type Evidence, originOf, reading } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe } from '../../core/probe.ts'
import { integer } from '../../core/scan.ts'
import { usualUnits } from '../agents/agent.ts'

/** A unit as `systemctl show` prints it (systemd, org.freedesktop.systemd1(5)). */
export interface Unit {
  readonly id: string
  /** `active`, `inactive`, `failed`, `activating`, … */
  readonly active: string
  readonly result: string
  /** Times that systemd restarted it by itself. */
  readonly restarts?: number
  /** When it entered its state, as systemd prints it. */
  readonly since: string
  readonly source: Evidence
}

const openvswitchUnits = [
  'openvswitch-switch.service',
  'openvswitch.service',
  'ovs-vswitchd.service',
  'ovsdb-server.service',
]
export const unitNames = [
  ...usualUnits['neutron-openvswitch-agent'],
  ...usualUnits['neutron-dhcp-agent'],
  ...openvswitchUnits,
]
const properties = 'Id,LoadState,ActiveState,SubState,Result,NRestarts,ExecMainStatus,StateChangeTimestamp'

/** Units that the host knows, by name. A unit that it does not know is absent. */
export const units = hostProbe<ReadonlyMap<string, Unit>, Record<never, never>>({
  id: 'units',
  asks: ({ host }) => [{ host, argv: ['systemctl', 'show', '--no-pager', `--property=${properties}`, ...unitNames] }],
  parse: ([answer]) =>
    fromAnswer(answer, (a) => {
      const blocks = a.stdout.split(/\n\s*\n/).map((block) => ({ block, values: valuesOf(block) }))
      const known = blocks.flatMap(({ block, values }): Unit[] => {
        const id = values.get('Id')
        if (id === undefined || values.get('LoadState') !== 'loaded') return []
        const restarts = integer(values.get('NRestarts'))
        const active = values.get('ActiveState') ?? ''
        return [
          {
            id,
            active,
            result: values.get('Result') ?? '',
            since: values.get('StateChangeTimestamp') ?? '',
            ...(restarts === undefined ? {} : { restarts }),
            source: reading(active, block.trim(), originOf(a)),
          },
        ]
      })
      return fact(new Map(known.map((unit) => [unit.id, unit])))
    }),
})

const valuesOf = (block: string) =>
  new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
  )

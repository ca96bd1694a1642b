import { type Evidence, originOf, reading } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, type Parsed } from '../../core/probe.ts'
import { linesOf } from '../../core/scan.ts'
import { clock } from '../host/clock.ts'

export interface PackageChange {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly what: string
  readonly source: Evidence
}

const about = 'neutron|openvswitch|ovs|dnsmasq|linux-image|kernel|libvirt|qemu'

/** Package changes that can touch a VM's network: dpkg's log, or that of dnf or yum. */
export const packages = hostProbe({
  id: 'packages',
  after: { clock },
  asks: ({ host }) => [
    {
      host,
      root: true,
      argv: [
        'grep',
        '-shaE',
        `(installed|Installed|Upgrade|Updated).*(${about})`,
        '/var/log/dpkg.log',
        '/var/log/dnf.rpm.log',
        '/var/log/yum.log',
      ],
      pipe: [['tail', '-n', '40']],
      // Exit 1: nothing of the kind; 2: another distribution's log does not exist.
      okExits: [0, 1, 2],
    },
  ],
  parse: ([answer], { prior }): Parsed<readonly PackageChange[]> =>
    fromAnswer(answer, (a) =>
      fact(
        linesOf(a.stdout).flatMap((line) => {
          const row =
            /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)\S* (?:status |\S+ )?(?:installed |Installed: |Upgrade: |Upgraded: |Updated: )(\S+.*)$/.exec(
              line,
            )
          const at = Date.parse(`${row?.[1]}T${row?.[2]}Z`) - prior.clock.zone
          return row?.[3] && !Number.isNaN(at) ? [{ at, what: row[3], source: reading(row[3], line, originOf(a)) }] : []
        }),
      ),
    ),
})

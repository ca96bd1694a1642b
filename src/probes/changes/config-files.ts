import { type Evidence, originOf, reading } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe } from '../../core/probe.ts'
import { linesOf } from '../../core/scan.ts'

export interface ChangedFile {
  readonly path: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly source: Evidence
}

// Where the network of a compute or network node is configured, by Debian, Ubuntu, RDO and Kolla.
const places = [
  '/etc/neutron',
  '/etc/openvswitch',
  '/etc/network',
  '/etc/netplan',
  '/etc/sysconfig/network-scripts',
  '/etc/kolla',
  '/etc/systemd/network',
  '/etc/modprobe.d',
  '/etc/sysctl.d',
]

// conf.db is Open vSwitch's database: it changes all the time.
/** Configuration files changed in the last week (find(1)). */
export const configFiles = hostProbe<readonly ChangedFile[], Record<never, never>>({
  id: 'config-files',
  asks: ({ host }) => [
    {
      host,
      root: true,
      argv: [
        'find',
        ...places,
        '-type',
        'f',
        '-mtime',
        '-7',
        '-not',
        '-name',
        'conf.db',
        '-not',
        '-name',
        '.*',
        // No backslash and no blank: sudoers(5) has its own ideas about both.
        '-exec',
        'stat',
        '-c',
        '%Y:%n',
        '{}',
        '+',
      ],
      pipe: [['head', '-n', '200']],
      // Exit 1: one of the places does not exist on this distribution.
      okExits: [0, 1],
    },
  ],
  parse: ([answer]) =>
    fromAnswer(answer, (a) =>
      fact(
        linesOf(a.stdout).flatMap((line) => {
          const row = /^(\d{9,11}):(\/.+)$/.exec(line)
          return row?.[2]
            ? [{ path: row[2], at: Number(row[1]) * 1000, source: reading(row[2], line, originOf(a)) }]
            : []
        }),
      ),
    ),
})

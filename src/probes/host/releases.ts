import { type Evidence, originOf, reading } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { fact, hostProbe, problem } from '../../core/probe.ts'
import { linesOf } from '../../core/scan.ts'

/** An installed package: `neutron-common 2:21.0.0-7`. */
export interface Release {
  readonly name: string
  readonly version: string
  readonly source: Evidence
}

const wanted =
  /^(neutron-common|openstack-neutron-common|python3?-neutron|openvswitch-switch|openvswitch[\d.]*|openvswitch-common)$/

/** Releases of Neutron and Open vSwitch by the package manager: dpkg's or rpm's. */
export const releases = hostProbe<readonly Release[], Record<never, never>>({
  id: 'releases',
  asks: ({ host }) => [
    {
      host,
      argv: [
        'dpkg-query',
        '-W',
        '-f',
        '${Package} ${Version}\\n',
        'neutron-common',
        'python3-neutron',
        'openvswitch-switch',
      ],
      okExits: [0, 1, 127],
    },
    {
      host,
      argv: ['rpm', '-q', '--qf', '%{NAME} %{VERSION}-%{RELEASE}\\n', 'openstack-neutron-common', 'openvswitch'],
      okExits: [0, 1, 2, 127],
    },
  ],
  parse: (answers) => {
    const found = answers.flatMap((answer) => {
      const read = fromAnswer(answer, (a) => fact(linesOf(a.stdout).map((line) => reading(line, line, originOf(a)))))
      return read.ok ? read.fact : []
    })
    const releases = found.flatMap((r) => {
      const [name = '', version] = r.value.split(' ')
      return version !== undefined && wanted.test(name) ? [{ name, version, source: r }] : []
    })
    return releases.length > 0
      ? fact(releases)
      : problem(
          'neither dpkg nor rpm knows a package of Neutron or Open vSwitch',
          'dpkg 和 rpm 中都没有 Neutron 或 Open vSwitch 的软件包',
        )
  },
})

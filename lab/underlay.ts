import type { LabFault } from './faults.ts'
import { switchedHosts } from './names.ts'
import type { Step } from './steps.ts'

/** What goes wrong under the tunnels: on the bridge that all hosts are cabled to, or on the way to it; and with the other NICs. */

const port = (host: string) => `u-${host}`
const SUBNET = '10.21.0.0/24'

const mtu = (host: string, bytes: string): readonly string[] => ['ip', 'link', 'set', port(host), 'mtu', bytes]

const nicMtu = (host: string, nic: string): Step => ({
  on: host,
  run: ['ip', 'link', 'set', nic, 'mtu', '1400'],
  undo: ['ip', 'link', 'set', nic, 'mtu', '1500'],
})

/** Of what comes from the host. */
const vxlanRule = (act: '-I' | '-D', host: string): readonly string[] => [
  ...['ebtables', act, 'FORWARD', '-i', port(host)],
  ...['-p', 'IPv4', '--ip-proto', 'udp', '--ip-dport', '4789', '-j', 'DROP'],
]

const addressOf = (host: string) => switchedHosts.find(({ name }) => name === host)?.underlay ?? ''

export const underlayFaults: Readonly<Record<string, LabFault>> = {
  'mtu-underlay-too-small': {
    title: 'the switch under the tunnels drops what is larger than 1400 bytes from the host',
    steps: ({ host }) => [{ on: 'underlay', run: mtu(host, '1400'), undo: mtu(host, '1500') }],
  },
  'mtu-physical-too-small': {
    title: 'the provider NIC of the host has MTU 1400',
    steps: ({ host }) => [nicMtu(host, 'eth1')],
  },
  'mtu-underlay-nic': {
    title: 'the underlay NIC of the host has MTU 1400',
    steps: ({ host }) => [nicMtu(host, 'eth3')],
  },
  'vxlan-udp-blocked': {
    title: 'the switch under the tunnels drops VXLAN from the host',
    steps: ({ host }) => [{ on: 'underlay', run: vxlanRule('-I', host), undo: vxlanRule('-D', host) }],
  },
  'underlay-route-missing': {
    title: 'the host has no route to the other ends of the tunnels',
    steps: ({ host }) => [
      {
        on: host,
        run: ['ip', 'route', 'del', SUBNET, 'dev', 'br-vtep'],
        undo: [
          ...['ip', 'route', 'replace', SUBNET, 'dev', 'br-vtep', 'proto', 'kernel', 'scope', 'link'],
          ...['src', addressOf(host)],
        ],
      },
    ],
  },
}

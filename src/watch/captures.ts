import type { Ask } from '../core/answer.ts'
import { dhcpNamespace, type Subject, tapOf } from '../core/subject.ts'
import type { Frame } from '../capture/frame.ts'
import type { Where } from './heard.ts'

/** One tcpdump: what it hears, and of which place. */
export interface Capture {
  readonly at: Where
  /** `comp1/tap3c2abf01-b4` */
  readonly hop: string
  /** Of all that it hears, where it hears only one way. */
  readonly direction?: NonNullable<Frame['direction']>
  readonly ask: Ask
}

/** What tcpdump says once it listens. */
export const LISTENING = 'listening on'

/** The variable that marks what Oldhand starts: it stands in the arguments of the `timeout` above it. */
const MARK = 'OLDHAND'
/** Longest DHCP message that anybody sends, with its headers. Bytes. */
const SNAP = 640
const MOST_FRAMES = 500
/** Of frames that are neither DHCP nor ARP the first are enough: they show that the guest speaks. */
const FIRST_FRAMES = 10
/** A watch that was told to end is over by then, whoever died. Seconds. */
const GRACE_S = 5
/** What `timeout` ends with when the time was up: for a capture that is the rule. */
const TIME_WAS_UP = 124

const DHCP = ['udp', 'port', '67', 'or', 'udp', 'port', '68']

/** Listens at the VM's tap, both ways apart, and at every DHCP port of its network. `run`: eight hexadecimal digits. */
export function capturesOf(subject: Subject, seconds: number, run: string): readonly Capture[] {
  const tcpdump = (host: string, netns: string | undefined, words: readonly string[]): Ask => ({
    host,
    root: true,
    argv: [
      // SIGINT: tcpdump then writes what it still has, and tells how much it has lost.
      ...['timeout', '-s', 'INT', '-k', '1', String(seconds + GRACE_S), 'env', `${MARK}=${run}`],
      ...(netns === undefined ? [] : ['ip', 'netns', 'exec', netns]),
      ...['tcpdump', '--immediate-mode', '-n', '-p', '-U', '-s', String(SNAP), '-w', '-', ...words],
    ],
    okExits: [0, TIME_WAS_UP],
  })
  return [...guestCaptures(subject, tcpdump), ...serverCaptures(subject, tcpdump)]
}

type Tcpdump = (host: string, netns: string | undefined, words: readonly string[]) => Ask

function guestCaptures({ compute: host, port }: Subject, tcpdump: Tcpdump): readonly Capture[] {
  if (host === undefined) return []
  const device = tapOf(port)
  const capture = (direction: 'in' | 'out', count: number, filter: readonly string[]): Capture => ({
    at: 'guest',
    hop: `${host}/${device}`,
    direction,
    ask: tcpdump(host, undefined, ['-c', String(count), '-i', device, '-Q', direction, ...filter]),
  })
  return [
    capture('in', MOST_FRAMES, ['arp', 'or', ...DHCP]),
    capture('in', FIRST_FRAMES, ['not', 'arp', 'and', 'not', 'udp', 'port', '67', 'and', 'not', 'udp', 'port', '68']),
    capture('out', MOST_FRAMES, [...arpFilter(port), 'or', ...DHCP]),
  ]
}

/** ARP about the VM: on a large network there is much of others. `and` and `or` bind alike, from left to right. */
function arpFilter({ mac, fixedIps }: Subject['port']): readonly string[] {
  const ips = fixedIps.map(({ ip }) => ip).filter((ip) => !ip.includes(':'))
  const about = ips.map(hexadecimal).flatMap((ip) => ['or', `arp[14:4]=${ip}`, 'or', `arp[24:4]=${ip}`])
  return ips.length === 0 ? ['arp'] : ['arp', 'and', 'ether', 'src', mac, ...about]
}

const hexadecimal = (ip: string): string =>
  `0x${ip
    .split('.')
    .map((byte) => Number(byte).toString(16).padStart(2, '0'))
    .join('')}`

/** Of the messages of one client: a DHCP message holds the client's MAC at byte 28. */
function serverCaptures({ dhcpPorts, network, port }: Subject, tcpdump: Tcpdump): readonly Capture[] {
  const digits = port.mac.replaceAll(':', '')
  const client = [`udp[36:4]=0x${digits.slice(0, 8)}`, 'and', `udp[40:2]=0x${digits.slice(8)}`]
  return dhcpPorts
    .filter(({ host }) => host !== '')
    .map((server) => ({
      at: 'dhcp',
      hop: `${server.host}/${tapOf(server)}`,
      ask: tcpdump(server.host, dhcpNamespace(network), ['-c', String(MOST_FRAMES), '-i', tapOf(server), ...client]),
    }))
}

/** Ends what a run has started on a host. The brackets keep the pattern from matching itself. */
export const endAsk = (host: string, run: string): Ask => ({
  host,
  root: true,
  argv: ['timeout', '-k', '1', '5', 'pkill', '-INT', '-f', `${MARK}=[${run.slice(0, 1)}]${run.slice(1)} `],
  // 1: there was nothing left.
  okExits: [0, 1],
})

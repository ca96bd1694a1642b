import { guarded, processesOf } from '../core/guard.ts'

/** Longest DHCP message that anybody sends, with its headers. Bytes. */
const SNAP = 640
const MOST_FRAMES = 500
/** Of frames that are neither DHCP nor ARP the first are enough: they show that the guest speaks. */
const FIRST_FRAMES = 10
/** A watch that was told to end is over by then, whoever died. Seconds. */
export const GRACE_S = 5
const DHCP = ['udp', 'port', '67', 'or', 'udp', 'port', '68']

/** What is different from watch to watch in the commands of its captures. */
export interface Terms {
  /** Of tcpdump. Seconds, three digits. */
  readonly deadline: string
  readonly run: string
  readonly tap: string
  readonly mac: string
  /** The VM's IPv4 addresses, eight hexadecimal digits each. */
  readonly ips: readonly string[]
}

export interface GuestCommand {
  readonly direction: 'in' | 'out'
  readonly argv: readonly string[]
}

export function guestCommands(terms: Terms): readonly GuestCommand[] {
  const command = (direction: 'in' | 'out', count: number, filter: readonly string[]): GuestCommand => ({
    direction,
    argv: guarded(terms.run, terms.deadline, [...tcpdump(count), '-i', terms.tap, '-Q', direction, ...filter]),
  })
  return [
    command('in', MOST_FRAMES, ['arp', 'or', ...DHCP]),
    command('in', FIRST_FRAMES, ['not', 'arp', 'and', 'not', 'udp', 'port', '67', 'and', 'not', 'udp', 'port', '68']),
    command('out', MOST_FRAMES, [...arpFilter(terms), 'or', ...DHCP]),
  ]
}

/** -p: the device stays as it is. */
const tcpdump = (count: number): readonly string[] => [
  'tcpdump',
  '--immediate-mode',
  '-n',
  '-p',
  '-U',
  '-s',
  String(SNAP),
  '-w',
  '-',
  '-c',
  String(count),
]

/** ARP about the VM: on a large network there is much of others. `and` and `or` bind alike, from left to right. */
function arpFilter({ mac, ips }: Terms): readonly string[] {
  const about = ips.flatMap((ip) => ['or', `arp[14:4]=0x${ip}`, 'or', `arp[24:4]=0x${ip}`])
  return ips.length === 0 ? ['arp'] : ['arp', 'and', 'ether', 'src', mac, ...about]
}

/** Of the messages of one client: a DHCP message holds the client's MAC at byte 28. */
export function serverCommand(terms: Terms, netns: string, tap: string): readonly string[] {
  const digits = terms.mac.replaceAll(':', '')
  const client = [`udp[36:4]=0x${digits.slice(0, 8)}`, 'and', `udp[40:2]=0x${digits.slice(8)}`]
  const inside = ['ip', 'netns', 'exec', netns]
  return guarded(terms.run, terms.deadline, [...inside, ...tcpdump(MOST_FRAMES), '-i', tap, ...client])
}

/** Ends what a run has started on a host. */
export const endCommand = (run: string): readonly string[] => [
  'timeout',
  '-k',
  '1',
  '5',
  'pkill',
  '-INT',
  '-f',
  processesOf(run),
]

/** Every command that a watch may run as root: `@` stands for a hexadecimal digit, `%` for a decimal one. */
export function watchCommands(): readonly (readonly string[])[] {
  const hex = (count: number) => '@'.repeat(count)
  const tap = `tap${hex(8)}-${hex(2)}`
  const terms = { deadline: '%%%', run: hex(8), tap, mac: Array(6).fill(hex(2)).join(':') }
  const some = [0, 1, 2, 3].map((count): Terms => ({ ...terms, ips: Array(count).fill(hex(8)) }))
  const netns = `qdhcp-${[8, 4, 4, 4, 12].map(hex).join('-')}`
  return [
    ...some.flatMap((each) => guestCommands(each).map(({ argv }) => argv)),
    serverCommand({ ...terms, ips: [] }, netns, tap),
    endCommand(hex(8)),
  ]
}

import type { Ask } from '../core/answer.ts'
import { dhcpNamespace, type Subject, tapOf } from '../core/subject.ts'
import { endCommand, type GuestCommand, GRACE_S, guestCommands, serverCommand, type Terms } from './commands.ts'
import type { Where } from './heard.ts'

/** One tcpdump: what it hears, and of which place. */
export interface Capture {
  readonly at: Where
  /** `comp1/tap3c2abf01-b4` */
  readonly hop: string
  /** Of all that it hears, where it hears only one way. */
  readonly direction?: 'in' | 'out'
  readonly ask: Ask
}

/** What tcpdump says once it listens. */
export const LISTENING = 'listening on'

/** What `timeout` ends with when the time was up: for a capture that is the rule. */
const TIME_WAS_UP = 124

/** Listens at the VM's tap, both ways apart, and at every DHCP port of its network. `run`: eight hexadecimal digits. */
export function capturesOf(subject: Subject, seconds: number, run: string): readonly Capture[] {
  const { port, compute, dhcpPorts, network } = subject
  const terms: Terms = {
    deadline: String(seconds + GRACE_S).padStart(3, '0'),
    run,
    tap: tapOf(port),
    mac: port.mac,
    ips: port.fixedIps
      .map(({ ip }) => ip)
      .filter((ip) => !ip.includes(':'))
      .map(hexadecimal),
  }
  const guest =
    compute === undefined ? [] : guestCommands(terms).map((command) => guestCapture(compute, terms, command))
  const servers = dhcpPorts
    .filter(({ host }) => host !== '')
    .map((server): Capture => {
      const argv = serverCommand(terms, dhcpNamespace(network), tapOf(server))
      return { at: 'dhcp', hop: `${server.host}/${tapOf(server)}`, ask: captureAsk(server.host, argv) }
    })
  return [...guest, ...servers]
}

const guestCapture = (host: string, { tap }: Terms, { direction, argv }: GuestCommand): Capture => ({
  at: 'guest',
  hop: `${host}/${tap}`,
  direction,
  ask: captureAsk(host, argv),
})

const captureAsk = (host: string, argv: readonly string[]): Ask => ({
  host,
  root: true,
  argv,
  okExits: [0, TIME_WAS_UP],
})

const hexadecimal = (ip: string): string =>
  ip
    .split('.')
    .map((byte) => Number(byte).toString(16).padStart(2, '0'))
    .join('')

/** Ends what a run has started on a host. */
export const endAsk = (host: string, run: string): Ask => ({
  host,
  root: true,
  argv: endCommand(run),
  // 1: there was nothing left.
  okExits: [0, 1],
})

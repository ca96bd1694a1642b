import type { Ask } from '../../core/answer.ts'
import type { SwitchMethod } from '../../core/ask-the-switch.ts'
import { guarded } from '../../core/guard.ts'
import { addressHex } from '../as-vm/packets.ts'

/** All that the script may take: as long as a hanging Open vSwitch may keep it, and its removal. Seconds. */
export const SCRIPT_S = 6
/** Of each address: one that is lost by chance proves nothing. */
export const ROUNDS = 3
/**
 * The script itself waits a second for whoever does not answer. What is left when it is over is what other hosts have
 * heard of its last probes, which it sent at least a `sleep` before. Milliseconds.
 */
export const HEARD_MS = 300
/** Whom it may ask: a gateway, and the network's DHCP ports. */
export const TARGETS = 4
/** An address of TEST-NET-1 (RFC 5737), of which nobody is asked: in the other VLAN the frames themselves are the point. */
export const NOBODY = '192.0.2.67'
/** Stands for "no other VLAN": 4095 is never one. */
const NO_VLAN = 4095

// Constant text of one line each, so that a sudoers file can allow just this: what differs are arguments of fixed length.
const script = (...parts: readonly string[]): string => parts.join('; ')

const begin = ['r=$1 b=$2 v=$((0x$3)) w=$((0x$4)) m=$5', 'shift 5']
const checked = 'arping -V 2>&1 | grep -q iputils || { echo arping of iputils: not found >&2; exit 127; }'
// RFC 5227: sender 0.0.0.0, so that nobody learns an address from it.
const probe = 'arping -D -q -c 1 -w 1 -I $1 $2 &'
const rounds = [
  'put ${p}0 $v || exit',
  `case $w in ${NO_VLAN}) ;; *) put \${p}1 $w || exit;; esac`,
  `for i in ${Array.from({ length: ROUNDS }, (_, i) => i + 1).join(' ')}`,
  'do for t',
  'do case $t in 00000000) ;; *) ask ${p}0 $((0x$t>>24&255)).$((0x$t>>16&255)).$((0x$t>>8&255)).$((0x$t&255));; esac',
  'done',
  `case $w in ${NO_VLAN}) ;; *) ask \${p}1 ${NOBODY};; esac`,
  'sleep 0.3',
  'done',
  'wait',
  'exit 0',
]

// Whatever ends the shell, its trap removes all; what a SIGKILL leaves does nothing, is named after the run, and swept.
const byPort = script(
  ...begin,
  'p=oh$r n=oldhand-$r',
  "clean() { trap '' INT TERM HUP PIPE; ovs-vsctl --no-wait --timeout=3 -- --if-exists del-port ${p}0 -- --if-exists del-port ${p}1; ip netns del $n 2>/dev/null; }",
  'put() { ovs-vsctl --timeout=3 add-port $b $1 tag=$2 other_config:transient=true -- set Interface $1 type=internal && ip link set $1 netns $n && ip netns exec $n ip link set $1 address $m up; }',
  `ask() { ip netns exec $n ${probe} }`,
  checked,
  'trap clean EXIT',
  "trap 'exit 1' INT TERM HUP PIPE",
  'ip netns add $n || exit',
  // Without it the kernel would take an address from any router of the network that advertises one.
  "ip netns exec $n sh -c 'echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6' 2>/dev/null",
  ...rounds,
)

// A sub-interface that is left behind would swallow the VLAN. So it is born in the nameless namespace of this shell, which
// the kernel removes, and all in it, once the last of its processes has ended, by whatever signal. $PPID, the `timeout`
// above, is still in that of the host.
const bySubinterface = script(
  ...begin,
  'p=oh$r',
  'put() { nsenter --net=/proc/$PPID/ns/net ip link add link $b name $1 netns $$ type vlan id $2 && ip link set $1 address $m up; }',
  `ask() { ${probe} }`,
  checked,
  '{ echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6; } 2>/dev/null',
  ...rounds,
)

const shells: Readonly<Record<SwitchMethod, readonly string[]>> = {
  port: ['sh', '-c', byPort],
  subinterface: ['unshare', '-n', 'sh', '-c', bySubinterface],
}

export interface Asking {
  readonly host: string
  readonly method: SwitchMethod
  /** The bridge that gets the port; of a sub-interface, the NIC. */
  readonly on: string
  /** 0: untagged. */
  readonly vlan: number
  readonly control?: number
  readonly mac: string
  readonly targets: readonly string[]
}

/** Everything on one host, in one command that the host itself ends. */
export function scriptAsk({ host, method, on, vlan, control, mac, targets }: Asking, run: string): Ask {
  const ips = Array.from({ length: TARGETS }, (_, i) => addressHex(targets[i] ?? '0.0.0.0'))
  const args = [run, on, hex3(vlan), hex3(control ?? NO_VLAN), mac, ...ips]
  return { host, root: true, argv: guarded(run, String(SCRIPT_S), [...shells[method], 'oldhand', ...args]) }
}

const hex3 = (vlan: number) => vlan.toString(16).padStart(3, '0')

/** Of the port on the n-th host of a run: locally administered, and of this run alone. */
export const macOf = (run: string, n: number): string =>
  ['02', ...(run.match(/../g) ?? []), n.toString(16).padStart(2, '0')].join(':')

/** Lets only frames from and to ports of this run pass (pcap-filter(7)): the offsets are the same with and without a tag. */
export const filterOf = (run: string): string =>
  `(ether[6] = 2 and ether[7:4] = 0x${run}) or (ether[0] = 2 and ether[1:4] = 0x${run})`

/** What is brought about on the lab to be named, and of which VM. */

export const VLAN = 'vm1'
export const VXLAN = 'vm5'
/** On the host with iptables_hybrid. */
export const HYBRID = 'vm7'

interface Asking {
  /** For how long the guest goes on asking. Unit: seconds. */
  readonly asksFor?: number
}
interface Case extends Asking {
  readonly fault: string
  readonly vm: string
  readonly host?: string
}

const everywhere = [
  'vswitchd-down',
  'ovs-agent-down',
  'ovs-restart-agent-not-recovered',
  'patch-port-broken',
  'tap-not-in-br-int',
  'tap-admin-down',
  'dead-vlan-4095',
  'local-vlan-tag-wrong',
  'port-admin-down',
  'port-binding-failed-agent-dead',
  'dhcp-agent-down',
  'dnsmasq-not-running',
  'dnsmasq-host-entry-missing',
  'dhcp-namespace-or-port-broken',
  'dhcp-network-unscheduled',
  'subnet-dhcp-disabled',
  'brint-foreign-flow',
  'brint-default-flows-missing',
  'ovsfw-port-flows-missing',
  'sg-no-egress-rule',
  'sg-no-ingress-rule',
]
const onVlan = [
  'nic-link-down',
  'bond-member-or-lacp',
  'nic-not-in-provider-bridge',
  'provider-bridge-missing',
  'provider-outbound-translation-missing',
  'provider-translation-wrong-seg',
  'brint-inbound-translation-missing',
  'provider-bridge-flows-wiped',
]
const onVxlan = ['tunnel-port-missing', 'flood-flow-missing', 'tun-inbound-map-missing']
/**
 * With `npm run proof`, or by name. Each other run shows a cause once, wherever that is, and leaves out those that wait
 * a minute or more for an agent to be called dead, or to come back.
 */
export const isWhole = process.env.OLDHAND_PROOF_FILE !== undefined || process.env.OLDHAND_PROOF !== undefined
const slow = [
  'port-binding-failed-no-agent',
  'of-controller-disconnected',
  'rabbitmq-unreachable',
  'stale-flows-cleanup-not-run',
]
/** Named first in the lab's tests of the comparison, of the proof by packets and of repairs, in each run. */
const elsewhere = new Set([
  ...['tap-admin-down', 'nic-link-down', 'subnet-dhcp-disabled', 'dnsmasq-not-running', 'dnsmasq-host-entry-missing'],
  ...['dead-vlan-4095', 'nic-not-in-provider-bridge', 'dhcp-network-unscheduled', 'ovs-agent-down'],
  'port-binding-failed-physnet-unmapped',
  ...['switch-trunk-missing-vlan', 'switch-dhcp-snooping-or-portsec', 'switch-native-vlan-mismatch'],
])
const all: readonly Case[] = [
  ...[...everywhere, ...onVlan].map((fault) => ({ fault, vm: VLAN })),
  // A MAC table needs more than one moment to tell then from now.
  { fault: 'switch-trunk-missing-vlan', vm: VLAN, asksFor: 15 },
  { fault: 'switch-dhcp-snooping-or-portsec', vm: VLAN, asksFor: 15 },
  { fault: 'switch-native-vlan-mismatch', vm: VLAN },
  ...[...(isWhole ? everywhere : []), ...onVxlan].map((fault) => ({ fault, vm: VXLAN })),
  { fault: 'hybrid-iptables-chains-missing', vm: HYBRID },
  // What the guest's own MAC did in the last 30 seconds speaks for it.
  ...(isWhole ? [VLAN, VXLAN, HYBRID] : [VXLAN]).map((vm) => ({ fault: 'guest-mac-mismatch', vm, asksFor: 31 })),
  { fault: 'tap-admin-down', vm: HYBRID },
  ...(isWhole ? ['tap-not-in-br-int', 'dead-vlan-4095'] : []).map((fault) => ({ fault, vm: HYBRID })),
  // What the control plane of a host, or of the whole cloud, does to a VM is the same on every network.
  ...[
    'port-binding-failed-physnet-unmapped',
    'fail-mode-or-loop',
    'ovsdb-unreachable',
    'disk-full',
    'dhcp-port-dead-or-unbound',
    'rootwrap-or-privsep-broken',
    ...(isWhole ? slow : []),
  ].map((fault) => ({ fault, vm: VLAN })),
  // Of a DHCP host a namespace is left (which is recorded), of a VM's host a port.
  ...(isWhole ? [{ fault: 'stale-ports-namespaces-after-reboot', vm: VLAN, host: 'net1' }] : []),
  { fault: 'stale-ports-namespaces-after-reboot', vm: VLAN },
  // The other end of the path is judged by the same checks.
  { fault: 'provider-outbound-translation-missing', vm: VLAN, host: 'net1' },
  { fault: 'brint-inbound-translation-missing', vm: VLAN, host: 'net1' },
  { fault: 'tunnel-port-missing', vm: VXLAN, host: 'net1' },
  { fault: 'tun-inbound-map-missing', vm: VXLAN, host: 'net1' },
]
export const cases = all.filter(({ fault, vm }) => isWhole || vm !== VLAN || !elsewhere.has(fault))

/** What only packets show, or the kind of switch fault: with `npm run proof`; each other run shows it in the tests of the proof. */
interface ByPackets extends Asking {
  readonly fault: string
  /** Where the fault goes by another name. */
  readonly cause?: string
  readonly vm?: string
  readonly sureness?: 'certain' | 'likely'
  /** The guest says nothing for so long. Unit: seconds. */
  readonly quietFor?: number
}
export const byPackets: readonly ByPackets[] = [
  { fault: 'switch-vlan-nowhere', cause: 'switch-trunk-missing-vlan', asksFor: 15 },
  { fault: 'switch-one-way', cause: 'switch-trunk-missing-vlan', sureness: 'likely', asksFor: 15 },
  { fault: 'switch-port-security', cause: 'switch-dhcp-snooping-or-portsec', asksFor: 15 },
  { fault: 'mtu-physical-too-small' },
  { fault: 'mtu-underlay-too-small', vm: VXLAN },
  { fault: 'vxlan-udp-blocked', vm: VXLAN, asksFor: 15 },
  { fault: 'underlay-route-missing', vm: VXLAN, asksFor: 15 },
  { fault: 'udp-checksum-bad' },
  { fault: 'duplicate-gateway-ip', sureness: 'likely' },
  { fault: 'rogue-dhcp-server' },
  { fault: 'duplicate-dhcp-server-ip' },
  { fault: 'duplicate-mac' },
  { fault: 'dhcp-decline-ip-conflict' },
  // Who spoke a moment ago is not silent.
  { fault: 'guest-silent', sureness: 'likely', quietFor: 31 },
]

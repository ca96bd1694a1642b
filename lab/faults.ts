import { checksumFaults } from './checksums.ts'
import { leaseCommand } from './guests.ts'
import type { Step } from './steps.ts'
import { strangerFaults } from './strangers.ts'
import { underlayFaults } from './underlay.ts'

/** What a fault of the lab's own list is brought about for. */
export interface Target {
  /** The host that is hit. */
  readonly host: string
  /** Name of the VM, and the host that it runs on. */
  readonly vm: string
  readonly vmHost: string
  /** Neutron's port of the VM. */
  readonly port: string
  /** UUID of its network. */
  readonly network: string
  readonly mac: string
  readonly ip: string
  readonly vlan?: number
  /** Address of the network's DHCP port. */
  readonly dhcpIp?: string
}
export interface LabFault {
  readonly title: string
  readonly steps: (target: Target) => readonly Step[]
}

const trunks = (host: string, vlans: string): readonly string[] => [
  'ovs-vsctl',
  'set',
  'port',
  `p-${host}`,
  `trunks=${vlans}`,
]

const dropOnSwitch = (match: string): Step => ({
  on: 'switch',
  run: ['ovs-ofctl', 'add-flow', 'sw0', `priority=100,${match},actions=drop`],
  undo: ['ovs-ofctl', '--strict', 'del-flows', 'sw0', `priority=100,${match}`],
})

/** Faults that only this lab can bring about: they need its switch, its spare NIC, or one of its daemons. */
export const labFaults: Readonly<Record<string, LabFault>> = {
  ...strangerFaults,
  'guest-silent': {
    title: 'the guest has no address and runs no DHCP client',
    steps: ({ vm }) => [
      {
        on: `guest:${vm}`,
        run: ['ip', '-4', 'address', 'flush', 'dev', 'eth0'],
        undo: leaseCommand(3),
      },
    ],
  },
  'switch-trunk-missing-vlan': {
    title: 'the switch does not carry the VLAN to the host',
    steps: ({ host, vlan }) => [
      { on: 'switch', run: trunks(host, vlan === 3933 ? '3934' : '3933'), undo: trunks(host, '3933,3934') },
    ],
  },
  'switch-vlan-nowhere': {
    title: 'the VLAN does not exist on the switch: it is carried to no host',
    steps: ({ vlan }) => [dropOnSwitch(`dl_vlan=${vlan ?? 3933}`)],
  },
  'switch-native-vlan-mismatch': {
    title: 'the VLAN is the native one of the switch port of the host: it leaves the switch without its tag',
    steps: ({ host, vlan }) => [
      {
        on: 'switch',
        run: ['ovs-vsctl', 'set', 'port', `p-${host}`, 'vlan_mode=native-untagged', `tag=${vlan ?? 3933}`],
        undo: ['ovs-vsctl', 'set', 'port', `p-${host}`, 'vlan_mode=trunk', '--', 'clear', 'port', `p-${host}`, 'tag'],
      },
    ],
  },
  'switch-dhcp-snooping-or-portsec': {
    title: 'the switch does not trust the port of the network node for DHCP (DHCP snooping)',
    steps: () => [dropOnSwitch('in_port=p-net1,udp,tp_src=67')],
  },
  'switch-port-security': {
    title: "the switch drops the VM's MAC on the port of its host (port security)",
    steps: ({ vmHost, mac }) => [dropOnSwitch(`in_port=p-${vmHost},dl_src=${mac}`)],
  },
  'switch-one-way': {
    title: 'on the VLAN, the switch takes nothing from the network node: requests arrive, no reply comes back',
    steps: ({ vlan }) => [dropOnSwitch(`in_port=p-net1,dl_vlan=${vlan ?? 3933}`)],
  },
  ...underlayFaults,
  ...checksumFaults,
  'bond-member-or-lacp': {
    title: 'both NICs of the host in an LACP bond, and no LACP on the switch',
    steps: ({ host }) => [
      {
        on: host,
        run: [
          'ovs-vsctl',
          '--if-exists',
          'del-port',
          'br0',
          'eth1',
          '--',
          'add-bond',
          'br0',
          'bond0',
          'eth1',
          'eth2',
          'bond_mode=balance-tcp',
          'lacp=active',
        ],
        undo: ['ovs-vsctl', '--if-exists', 'del-port', 'br0', 'bond0', '--', '--may-exist', 'add-port', 'br0', 'eth1'],
      },
    ],
  },
  'host-hangs': {
    title: 'sshd of the host is stopped in the middle (SIGSTOP)',
    steps: ({ host }) => [{ on: host, run: ['pkill', '-STOP', '-x', 'sshd'], undo: ['pkill', '-CONT', '-x', 'sshd'] }],
  },
  'ovs-agent-stopped': {
    title: 'the agent is stopped, and the VM still served by its flows',
    steps: ({ host }) => [
      {
        on: host,
        run: ['systemctl', 'stop', 'neutron-openvswitch-agent'],
        undo: ['systemctl', 'start', 'neutron-openvswitch-agent'],
      },
    ],
  },
  'dhcp-agent-frozen': {
    title: 'the DHCP agent is stopped in the middle (SIGSTOP), and dnsmasq goes on',
    steps: () => [
      {
        on: 'net1',
        run: ['pkill', '-STOP', '-o', '-f', '/usr/bin/neutron-dhcp-agent'],
        undo: ['pkill', '-CONT', '-o', '-f', '/usr/bin/neutron-dhcp-agent'],
      },
    ],
  },
}

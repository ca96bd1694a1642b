import type { LabFault, Target } from './faults.ts'
import { LabError } from './failure.ts'
import { say } from './say.ts'
import type { Step } from './steps.ts'

/** Where a stranger sits: never on the VM's own host, so that the switch carries what it says. */
const seats = ['comp3', 'comp2'] as const
const NAME = 'stranger0'
const LEASES = '/run/stranger0.leases'

interface Stranger {
  readonly ip: string
  readonly mac?: string
}

/** A machine that nobody told Neutron of, on the VM's VLAN: a namespace behind an internal port of the provider bridge. */
function strangerOf(target: Target, { ip, mac }: Stranger): readonly Step[] {
  const on = seatOf(target)
  const add = ['ovs-vsctl', '--timeout=10', 'add-port', 'br0', NAME, `tag=${vlanOf(target)}`]
  const inside = ['ip', '-n', NAME]
  const one = (...run: readonly string[]): Step => ({ on, run, undo: [] })
  return [
    {
      on,
      run: [...add, '--', 'set', 'Interface', NAME, 'type=internal'],
      undo: ['ovs-vsctl', '--timeout=10', '--if-exists', 'del-port', 'br0', NAME],
    },
    { on, run: ['ip', 'netns', 'add', NAME], undo: ['ip', 'netns', 'del', NAME] },
    one('ip', 'link', 'set', NAME, 'netns', NAME),
    ...(mac === undefined ? [] : [one(...inside, 'link', 'set', NAME, 'address', mac)]),
    one(...inside, 'address', 'add', `${ip}/24`, 'dev', NAME),
    one(...inside, 'link', 'set', NAME, 'up'),
  ]
}

/** It serves addresses of the top of the subnet, as a forgotten router or appliance does. */
function serving(target: Target, ip: string): Step {
  const pool = [220, 240].map((last) => ip.replace(/\d+$/, String(last)))
  const dnsmasq = ['dnsmasq', '--conf-file=/dev/null', '--port=0', `--interface=${NAME}`, '--bind-interfaces']
  const range = `--dhcp-range=${pool.join(',')},255.255.255.0,2m`
  return {
    on: seatOf(target),
    run: ['ip', 'netns', 'exec', NAME, ...dnsmasq, range, `--dhcp-leasefile=${LEASES}`, '--no-ping'],
    undo: ['pkill', '-f', `dhcp-leasefile=${LEASES}`],
  }
}

/** It asks for the gateway once a second, so that every switch learns its MAC again and again. */
const speaking = (target: Target, to: string): Step => ({
  on: seatOf(target),
  run: [
    'systemd-run',
    '--unit=stranger0',
    '--',
    'ip',
    'netns',
    'exec',
    NAME,
    'arping',
    '-b',
    '-w',
    '600',
    '-I',
    NAME,
    to,
  ],
  undo: ['systemctl', 'stop', 'stranger0.service'],
})

/** Port security lets no ARP of a guest pass that names another sender than its own address, and a probe names none. */
const mayProbe = ({ port }: Target): Step => ({
  on: 'api',
  run: ['openstack', 'port', 'set', '--allowed-address', 'ip-address=0.0.0.0', port],
  undo: ['openstack', 'port', 'set', '--no-allowed-address', port],
})

/** dnsmasq keeps an address that was declined back for ten minutes, or until it reads its hosts again. */
const forgiving: Step = { on: 'net1', run: ['true'], undo: ['pkill', '-HUP', '-x', 'dnsmasq'] }

const seatOf = ({ vmHost }: Target): string => seats.find((host) => host !== vmHost) ?? seats[0]

function vlanOf({ vlan }: Target): number {
  if (vlan !== undefined) return vlan
  throw new LabError(say('a stranger sits on a VLAN network only', '外来设备只能接在 VLAN 网络上'))
}

/** An address of the VM's own subnet. */
const neighbour = ({ ip }: Target, last: number): string => ip.replace(/\d+$/, String(last))

/** What strangers on the network's VLAN do. */
export const strangerFaults: Readonly<Record<string, LabFault>> = {
  'rogue-dhcp-server': {
    title: 'a second DHCP server on the VLAN, which Neutron does not know',
    steps: (target) => {
      const ip = neighbour(target, 250)
      return [...strangerOf(target, { ip }), serving(target, ip)]
    },
  },
  'duplicate-dhcp-server-ip': {
    title: 'another machine serves DHCP under the address of the DHCP port',
    steps: (target) => {
      const ip = target.dhcpIp ?? neighbour(target, 2)
      return [...strangerOf(target, { ip }), serving(target, ip)]
    },
  },
  'duplicate-gateway-ip': {
    title: 'another machine has the address of the gateway',
    steps: (target) => strangerOf(target, { ip: neighbour(target, 1) }),
  },
  'dhcp-decline-ip-conflict': {
    title: 'another machine has the address of the VM, whose guest may ask whether it is free',
    steps: (target) => [
      forgiving,
      mayProbe(target),
      ...strangerOf(target, { ip: target.ip }),
      speaking(target, neighbour(target, 1)),
    ],
  },
  'duplicate-mac': {
    title: 'another machine has the MAC of the VM',
    steps: (target) => [
      ...strangerOf(target, { ip: neighbour(target, 251), mac: target.mac }),
      speaking(target, neighbour(target, 1)),
    ],
  },
}

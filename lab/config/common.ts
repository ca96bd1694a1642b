import type { HostFile } from '../machine.ts'
import { type Host, hosts, mark } from '../names.ts'

export interface Access {
  readonly publicKey: string
  readonly hostKey: string
  readonly sudoers: string
}

/** What every host has, whatever its role. */
export function commonFiles(host: Host): HostFile[] {
  const addresses = hosts.map(({ name, address }) => `${address} ${name}\n`).join('')
  return [
    { path: '/etc/hostname', text: `${host.name}\n` },
    { path: '/etc/hosts', text: `127.0.0.1 localhost\n${addresses}` },
    { path: '/etc/systemd/journald.conf.d/lab.conf', text: '[Journal]\nStorage=volatile\nRuntimeMaxUse=64M\n' },
    { path: '/etc/ssh/sshd_config.d/lab.conf', text: 'UseDNS no\nHostKey /etc/ssh/ssh_host_ed25519_key\n' },
    ...(host.role === 'control' ? [] : [{ path: mark, text: 'This host may be broken on purpose.\n' }]),
  ]
}

export function accessFiles({ publicKey, hostKey, sudoers }: Access): HostFile[] {
  return [
    { path: '/etc/ssh/ssh_host_ed25519_key', text: hostKey, mode: 0o600 },
    { path: '/etc/sudoers.d/oldhand', text: `${sudoers.trimEnd()}\n`, mode: 0o440 },
    { path: '/root/.ssh/authorized_keys', text: publicKey, mode: 0o600 },
    { path: '/home/oldhand/.ssh/authorized_keys', text: publicKey, mode: 0o600, owner: 'oldhand:oldhand' },
  ]
}

const unneeded = [
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'dpkg-db-backup.timer',
  'e2scrub_all.timer',
  'e2scrub_reap.service',
  'fstrim.timer',
  'logrotate.timer',
  'systemd-tmpfiles-clean.timer',
  'uuidd.socket',
  'systemd-pstore.service',
  'haproxy.service',
  'keepalived.service',
  'radvd.service',
  'getty@tty1.service',
  'console-getty.service',
  'systemd-networkd.service',
  'systemd-networkd-wait-online.service',
  'systemd-resolved.service',
  'systemd-logind.service',
  'remote-fs.target',
  'neutron-api.service',
  'neutron-rpc-server.service',
  'neutron-ovs-cleanup.service',
  'neutron-netns-cleanup.service',
  'neutron-linuxbridge-cleanup.service',
  // With a writable /sys udev would handle the devices of the machine outside.
  'systemd-udevd.service',
  'systemd-udevd-kernel.socket',
  'systemd-udevd-control.socket',
  'systemd-udev-trigger.service',
  'systemd-udev-settle.service',
]

const controlOnly = ['epmd.socket', 'epmd.service', 'keystone.service', 'mariadb.service', 'rabbitmq-server.service']
const switchedOnly = [
  'openvswitch-switch.service',
  'ovsdb-server.service',
  'ovs-vswitchd.service',
  'ovs-record-hostname.service',
  'neutron-openvswitch-agent.service',
]
const networkOnly = ['neutron-dhcp-agent.service', 'neutron-l3-agent.service', 'neutron-metadata-agent.service']

/** The image enables every package's service: what the role does not run is masked. */
export function maskedUnits({ role }: Host): string[] {
  const others = role === 'control' ? [...switchedOnly, ...networkOnly] : controlOnly
  return [...unneeded, ...others, ...(role === 'compute' ? networkOnly : [])]
}

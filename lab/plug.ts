import { withoutTxChecksums } from './cables.ts'
import { must } from './exec.ts'
import type { Vm } from './guests.ts'
import { mustOnMachine } from './machine.ts'
import { type HostName, netnsOf, switchedHosts } from './names.ts'

/** What Nova and os-vif do between a VM and br-int (os-vif 3.0, vif_plug_ovs/ovs.py). */
export async function plug(vm: Vm): Promise<void> {
  await makeTap(vm)
  await addPort(vm, isHybrid(vm.host) ? await makeFirewallBridge(vm) : vm.tap)
}

const isHybrid = (host: HostName): boolean =>
  switchedHosts.some(({ name, firewall }) => name === host && firewall === 'iptables_hybrid')

/** A veth, not an internal port: it survives a restart of ovs-vswitchd as a real tap does. */
async function makeTap({ name, tap, netns, mac, mtu, host }: Vm): Promise<void> {
  const end = `peer name eth0 netns ${netns} address ${mac} mtu ${mtu}`
  await must(['ip', '-batch', '-'], { input: `link add ${tap} netns ${netnsOf(host)} mtu ${mtu} type veth ${end}\n` })
  await must(['ip', '-n', netns, 'link', 'set', 'eth0', 'up'])
  await must(['ip', '-n', netnsOf(host), 'link', 'set', tap, 'up'])
  await withoutTxChecksums(name, 'eth0')
}

/** iptables sees frames on a Linux bridge only: tap and qvb are on one, and qvo is what br-int has instead of the tap. */
async function makeFirewallBridge({ tap, mtu, host }: Vm): Promise<string> {
  const [qbr, qvb, qvo] = ['qbr', 'qvb', 'qvo'].map((prefix) => prefix + tap.slice('tap'.length))
  // As os-vif makes it the bridge learns no MAC (ageing 0), and floods like a hub.
  const lines = [
    `link add ${qbr} type bridge ageing_time 0 forward_delay 0`,
    `link add ${qvb} mtu ${mtu} type veth peer name ${qvo} mtu ${mtu}`,
    `link set ${qvb} master ${qbr} promisc on up`,
    `link set ${qvo} promisc on up`,
    `link set ${tap} master ${qbr}`,
    `link set ${qbr} up`,
  ]
  await must(['ip', '-n', netnsOf(host), '-batch', '-'], { input: `${lines.join('\n')}\n` })
  const settings = [`net.ipv6.conf.${qbr}.disable_ipv6=1`, `net.ipv4.conf.${qbr}.arp_ignore=1`]
  await mustOnMachine(host, ['sysctl', '-qw', ...settings])
  return qvo ?? ''
}

/** As os-vif names it to Neutron. */
export async function addPort({ port, mac, instance, host }: Vm, device: string): Promise<void> {
  const ids = [`iface-id=${port}`, `attached-mac=${mac}`, 'iface-status=active', `vm-uuid=${instance}`]
  const marks = ids.map((id) => `external_ids:${id.replace('=', '="')}"`)
  const add = ['ovs-vsctl', '--timeout=20', '--may-exist', 'add-port', 'br-int', device]
  await mustOnMachine(host, [...add, '--', 'set', 'Interface', device, ...marks])
}

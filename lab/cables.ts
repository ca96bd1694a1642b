import { must } from './exec.ts'
import { ctl, hosts, netnsOf, opsAddress, switchedHosts } from './names.ts'
import { gateways, vmPlans } from './topology.ts'

/** One veth: the device in a namespace, and its other end in another. */
interface Cable {
  readonly from: string
  readonly device: string
  readonly to: string
  readonly port: string
}

const cable = (from: string, device: string, to: string, port: string): Cable => ({ from, device, to, port })

const managementCables = [...hosts.map(({ name }) => name), 'ops'].map((name) =>
  cable(name, 'eth0', 'mgmt', `m-${name}`),
)
const underlayCables = switchedHosts.map(({ name }) => cable(name, 'eth3', 'mgmt', `u-${name}`))
const trunkCables = switchedHosts.flatMap(({ name }) => [
  cable(name, 'eth1', 'switch', `p-${name}`),
  cable(name, 'eth2', 'switch', `p-${name}b`),
])
const gatewayCables = gateways.map(({ vlan }) => cable('gw', `gw${vlan}`, 'switch', `p-gw${vlan}`))

/** The ports of the physical switch that lead to hosts. */
export const trunkPorts: readonly string[] = trunkCables.map(({ port }) => port)
export const gatewayPort = (vlan: number): string => `p-gw${vlan}`

/** Enough of the network to boot the controller alone, when its database is prepared. */
export async function cableController(): Promise<void> {
  await createNamespaces([ctl.name, 'mgmt'])
  await lay(managementCables.filter(({ from }) => from === ctl.name))
  await bridge('br-mgmt', [`m-${ctl.name}`])
  await address(ctl.name, 'eth0', `${ctl.address}/24`)
}

export async function cableEverything(): Promise<void> {
  const places = [...hosts.map(({ name }) => name), 'mgmt', 'ops', 'switch', 'gw', ...vmPlans.map(({ name }) => name)]
  await createNamespaces(places)
  await lay([...managementCables, ...underlayCables, ...trunkCables, ...gatewayCables])
  await bridge(
    'br-mgmt',
    managementCables.map(({ port }) => port),
  )
  await bridge(
    'br-underlay',
    underlayCables.map(({ port }) => port),
  )
  for (const host of hosts) await address(host.name, 'eth0', `${host.address}/24`)
  await address('ops', 'eth0', `${opsAddress}/24`)
  await Promise.all([raise(trunkCables), raise(underlayCables), openGateways()])
}

async function createNamespaces(names: readonly string[]): Promise<void> {
  await must(['ip', '-batch', '-'], { input: names.map((name) => `netns add ${netnsOf(name)}\n`).join('') })
  for (const name of names) await must(['ip', '-n', netnsOf(name), 'link', 'set', 'lo', 'up'])
}

/** Both ends are born in their namespaces: nothing of the lab is ever seen in the machine's own. */
async function lay(cables: readonly Cable[]): Promise<void> {
  const lines = cables.map(
    ({ from, device, to, port }) =>
      `link add ${device} netns ${netnsOf(from)} type veth peer name ${port} netns ${netnsOf(to)}\n`,
  )
  await must(['ip', '-batch', '-'], { input: lines.join('') })
}

async function bridge(name: string, ports: readonly string[]): Promise<void> {
  const members = ports.map((port) => `link set ${port} master ${name} up\n`).join('')
  const input = `link add ${name} type bridge\n${members}link set ${name} up\n`
  await must(['ip', '-n', netnsOf('mgmt'), '-batch', '-'], { input })
}

async function address(place: string, device: string, cidr: string): Promise<void> {
  const input = `address add ${cidr} dev ${device}\nlink set ${device} up\n`
  await must(['ip', '-n', netnsOf(place), '-batch', '-'], { input })
}

async function raise(cables: readonly Cable[]): Promise<void> {
  for (const { from, device, to, port } of cables) {
    await must(['ip', '-n', netnsOf(from), 'link', 'set', device, 'up'])
    await must(['ip', '-n', netnsOf(to), 'link', 'set', port, 'up'])
  }
}

async function openGateways(): Promise<void> {
  await raise(gatewayCables)
  for (const { vlan, address: cidr } of gateways) {
    await address('gw', `gw${vlan}`, cidr)
    await withoutTxChecksums('gw', `gw${vlan}`)
  }
  await must(['ip', 'netns', 'exec', netnsOf('gw'), 'sysctl', '-qw', 'net.ipv4.ip_forward=1'])
}

/** A veth leaves checksums to a NIC that does not exist; the userspace datapath forwards them unfinished. */
export async function withoutTxChecksums(place: string, device: string): Promise<void> {
  await must(['ip', 'netns', 'exec', netnsOf(place), 'ethtool', '-K', device, 'tx', 'off'])
}

import { chmod, writeFile } from 'node:fs/promises'
import type { Cloud } from './cloud.ts'
import { exec, type ExecOptions, type Outcome } from './exec.ts'
import { LabError } from './failure.ts'
import { type HostName, netnsOf, paths } from './names.ts'
import { plug } from './plug.ts'
import { networks, type VmPlan, vmPlans } from './topology.ts'

export interface Vm {
  readonly name: string
  readonly host: HostName
  readonly network: string
  readonly gateway: string
  readonly port: string
  readonly instance: string
  readonly mac: string
  readonly ip: string
  readonly mtu: number
  readonly tap: string
  readonly netns: string
}

interface Port {
  readonly id: string
  readonly name: string
  readonly mac_address: string
  readonly status: string
  readonly fixed_ips: readonly { readonly ip_address: string }[]
}

interface Network {
  readonly id: string
  readonly name: string
  readonly mtu: number
}

/** Makes each VM's port as Nova would, and plugs its namespace in as os-vif would. */
export async function bootGuests(cloud: Cloud): Promise<Vm[]> {
  const { networks: made } = await cloud.network<{ networks: Network[] }>('GET', '/networks')
  return Promise.all(
    vmPlans.map(async (plan) => {
      const vm = await makePort(cloud, plan, made)
      await plug(vm)
      return vm
    }),
  )
}

async function makePort(cloud: Cloud, plan: VmPlan, made: readonly Network[]): Promise<Vm> {
  const network = made.find(({ name }) => name === plan.network)
  const gateway = networks.find(({ name }) => name === plan.network)?.gateway
  if (!network || !gateway) throw new LabError(`Neutron has no network ${plan.network}`)
  const port = {
    name: plan.name,
    network_id: network.id,
    device_owner: 'compute:nova',
    device_id: plan.instance,
    'binding:host_id': plan.host,
  }
  const { port: answer } = await cloud.network<{ port: Port }>('POST', '/ports', { port })
  return {
    ...plan,
    gateway,
    port: answer.id,
    mac: answer.mac_address,
    ip: answer.fixed_ips[0]?.ip_address ?? '',
    mtu: network.mtu,
    tap: `tap${answer.id.slice(0, 11)}`,
    netns: netnsOf(plan.name),
  }
}

export async function inactivePorts(cloud: Cloud): Promise<string[]> {
  const { ports } = await cloud.network<{ ports: Port[] }>('GET', '/ports?device_owner=compute:nova')
  return ports.filter(({ status }) => status !== 'ACTIVE').map(({ name }) => name)
}

export function onGuest(name: string, argv: readonly string[], options: ExecOptions = {}): Promise<Outcome> {
  return exec(['ip', 'netns', 'exec', netnsOf(name), ...argv], options)
}

/** An address stays when a lease cannot be had again, as in a guest whose lease still runs. */
const leaseScript = `#!/bin/sh
[ "$1" = bound ] || exit 0
ip address flush dev "$interface"
ip address add "$ip/$mask" dev "$interface"
[ -z "$router" ] || ip route replace default via \${router%% *}
`

export async function writeLeaseScript(): Promise<void> {
  await writeFile(paths.leaseScript, leaseScript)
  await chmod(paths.leaseScript, 0o755)
}

export interface Lease {
  readonly ok: boolean
  readonly ip?: string
  readonly detail: string
}

/**
 * Asks the VM's DHCP server, and again a second later as often as given; a guest of a real cloud does so by itself
 * without end.
 */
export async function requestLease(vm: string, asks = 3): Promise<Lease> {
  const { code, stdout, stderr } = await onGuest(vm, leaseCommand(asks), { timeoutMs: 15_000 })
  const detail = `${stdout}${stderr}`.trim()
  const ip = /lease of (\S+) obtained/.exec(detail)?.[1]
  return code === 0 && ip !== undefined ? { ok: true, ip, detail } : { ok: false, detail }
}

export const leaseCommand = (asks: number): readonly string[] => [
  ...['busybox', 'udhcpc', '-i', 'eth0', '-f', '-q', '-n'],
  ...['-t', String(asks), '-T', '1', '-s', paths.leaseScript],
]

export async function pingsGateway({ name, gateway }: Vm): Promise<boolean> {
  const { code } = await onGuest(name, ['busybox', 'ping', '-c', '1', '-W', '1', gateway], { timeoutMs: 5000 })
  return code === 0
}

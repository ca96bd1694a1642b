/** Everything that the lab puts on the machine carries one of these names, so that `down` finds it without a state file. */
export const prefix = 'oldhand-'
export const stateDir = '/run/oldhand-lab'
export const cacheDir = '/var/cache/oldhand-lab'
export const mark = '/etc/oldhand-lab-breakable'

export type HostName = 'ctl' | 'net1' | 'comp1' | 'comp2' | 'comp3'
export type Role = 'control' | 'network' | 'compute'

export interface Host {
  readonly name: HostName
  readonly role: Role
  readonly address: string
  /** Address of the VXLAN tunnels' end, absent where there is no Open vSwitch. */
  readonly underlay?: string
}

/** Neutron's `firewall_driver`. */
export type Firewall = 'openvswitch' | 'iptables_hybrid'

export interface SwitchedHost extends Host {
  readonly underlay: string
  readonly firewall: Firewall
}

export const ctl: Host = { name: 'ctl', role: 'control', address: '10.20.0.11' }

export const switchedHosts: readonly SwitchedHost[] = [
  { name: 'net1', role: 'network', address: '10.20.0.21', underlay: '10.21.0.21', firewall: 'openvswitch' },
  { name: 'comp1', role: 'compute', address: '10.20.0.31', underlay: '10.21.0.31', firewall: 'openvswitch' },
  { name: 'comp2', role: 'compute', address: '10.20.0.32', underlay: '10.21.0.32', firewall: 'openvswitch' },
  { name: 'comp3', role: 'compute', address: '10.20.0.33', underlay: '10.21.0.33', firewall: 'iptables_hybrid' },
]

export const hosts: readonly Host[] = [ctl, ...switchedHosts]

export const opsAddress = '10.20.0.2'

export const netnsOf = (name: string): string => `${prefix}${name}`
export const netnsPath = (name: string): string => `/run/netns/${netnsOf(name)}`

export const opsNetns = netnsOf('ops')

export function findHost(name: string): Host | undefined {
  return hosts.find((host) => host.name === name)
}

export const paths = {
  lab: `${stateDir}/lab.json`,
  clouds: `${stateDir}/clouds.yaml`,
  sshConfig: `${stateDir}/ssh_config`,
  sshKey: `${stateDir}/ssh_key`,
  knownHosts: `${stateDir}/known_hosts`,
  journal: `${stateDir}/journal.jsonl`,
  leaseScript: `${stateDir}/lease.sh`,
  switchDir: `${stateDir}/switch`,
  hostDir: (name: string) => `${stateDir}/hosts/${name}`,
  hostRoot: (name: string) => `${stateDir}/hosts/${name}/root`,
  console: (name: string) => `${stateDir}/hosts/${name}/console.log`,
} as const

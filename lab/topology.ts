import type { HostName } from './names.ts'

/** The networks, router and VMs of the lab, as an operator would have made them. */
export interface LabNetwork {
  readonly name: 'net3933' | 'net3934' | 'tenant1'
  readonly cidr: string
  readonly gateway: string
  /** Absent on the VXLAN tenant network. */
  readonly vlan?: number
  readonly external: boolean
}

export const networks: readonly LabNetwork[] = [
  { name: 'net3933', cidr: '10.19.43.0/24', gateway: '10.19.43.1', vlan: 3933, external: false },
  { name: 'net3934', cidr: '10.19.44.0/24', gateway: '10.19.44.1', vlan: 3934, external: true },
  { name: 'tenant1', cidr: '172.16.5.0/24', gateway: '172.16.5.1', external: false },
]

export interface Gateway {
  readonly vlan: number
  readonly address: string
}

export const gateways: readonly Gateway[] = networks.flatMap(({ vlan, gateway }) =>
  vlan === undefined ? [] : [{ vlan, address: `${gateway}/24` }],
)

export const router = { name: 'r1', inside: 'tenant1', outside: 'net3934' } as const

export interface VmPlan {
  readonly name: string
  readonly network: LabNetwork['name']
  readonly host: HostName
  /** Nova's id of the instance: stable, so that recorded bundles of two labs can be compared. */
  readonly instance: string
}

const plan = (number: number, network: LabNetwork['name'], host: HostName): VmPlan => ({
  name: `vm${number}`,
  network,
  host,
  instance: `0b5f3c1e-7a44-4d0c-9d1e-5c2f8a6b0e0${number}`,
})

export const vmPlans: readonly VmPlan[] = [
  plan(1, 'net3933', 'comp1'),
  plan(2, 'net3933', 'comp2'),
  plan(3, 'net3934', 'comp1'),
  plan(4, 'net3934', 'comp2'),
  plan(5, 'tenant1', 'comp1'),
  plan(6, 'tenant1', 'comp2'),
  plan(7, 'net3933', 'comp3'),
  plan(8, 'tenant1', 'comp3'),
]

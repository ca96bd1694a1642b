import { z } from 'zod'
import type { Port } from '../core/subject.ts'

/** The objects of Neutron and Nova, as far as a subject is made of them. */

const text = z
  .string()
  .nullish()
  .transform((word) => word || undefined)

const port = z.object({
  id: z.string(),
  name: text,
  network_id: z.string(),
  mac_address: z.string(),
  fixed_ips: z.array(z.object({ ip_address: z.string(), subnet_id: z.string() })).catch([]),
  device_id: text,
  device_owner: text,
  'binding:host_id': text,
})
export type ApiPort = z.output<typeof port>

const segment = {
  'provider:network_type': text,
  'provider:physical_network': text,
  'provider:segmentation_id': z.number().nullish(),
}
const network = z.object({ id: z.string(), name: text, ...segment, segments: z.array(z.object(segment)).nullish() })
export type ApiNetwork = z.output<typeof network>
export type ApiSegment = Pick<ApiNetwork, keyof typeof segment>

const subnet = z.object({
  id: z.string(),
  cidr: z.string(),
  gateway_ip: text,
  ip_version: z.union([z.literal(4), z.literal(6)]),
  enable_dhcp: z.boolean(),
})
const server = z.object({ id: z.string(), name: z.string(), status: text })

/** What tells whether another VM is worth a comparison. */
const sibling = port.extend({
  status: text,
  admin_state_up: z.boolean().nullish(),
  port_security_enabled: z.boolean().nullish(),
  security_groups: z.array(z.string()).catch([]),
  'binding:vnic_type': text,
})
export type ApiSibling = z.output<typeof sibling>

const mappings = z.object({ bridge_mappings: z.record(z.string(), z.unknown()).optional() })
const agent = z.object({ host: z.string(), binary: text, configurations: mappings.optional() })

export const portBody = z.object({ port })
export const portsBody = z.object({ ports: z.array(port) })
export const siblingsBody = z.object({ ports: z.array(sibling) })
export const networkBody = z.object({ network })
export const networksBody = z.object({ networks: z.array(network) })
export const subnetsBody = z.object({ subnets: z.array(subnet) })
export const agentsBody = z.object({ agents: z.array(agent) })
export const serverBody = z.object({ server })
export const serversBody = z.object({ servers: z.array(server) })
export const portIdsBody = z.object({ ports: z.array(z.object({ id: z.string() })) })
export const floatingBody = z.object({ floatingips: z.array(z.object({ port_id: text })) })

export const toPort = (p: ApiPort): Port => ({
  id: p.id,
  name: p.name ?? '',
  mac: p.mac_address.toLowerCase(),
  fixedIps: p.fixed_ips.map((f) => ({ ip: f.ip_address, subnetId: f.subnet_id })),
  deviceId: p.device_id ?? '',
  deviceOwner: p.device_owner ?? '',
})

/** Ports of Neutron's own: routers, DHCP, floating IPs. Not a VM's. */
export const isNeutrons = (p: ApiPort): boolean => p.device_owner?.startsWith('network:') ?? false

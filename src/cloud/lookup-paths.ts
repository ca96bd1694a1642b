/** API paths that only the resolver asks. Deterministic: a bundle finds its answers by them. */

const q = encodeURIComponent

export const portsByNamePath = (name: string): string => `/v2.0/ports?name=${q(name)}`
export const portsByIpPath = (ip: string): string => `/v2.0/ports?fixed_ips=${q(`ip_address=${ip}`)}`
export const portsByMacPath = (mac: string): string => `/v2.0/ports?mac_address=${mac}`
export const portsOfDevicePath = (id: string): string => `/v2.0/ports?device_id=${id}`
export const portIdsPath = '/v2.0/ports?fields=id'
export const floatingIpPath = (ip: string): string => `/v2.0/floatingips?floating_ip_address=${ip}`
export const networksPath = (ids: readonly string[]): string =>
  `/v2.0/networks?${ids
    .toSorted()
    .map((id) => `id=${id}`)
    .join('&')}`

/** Of VMs that may be compared only what decides it, and what a subject is made of. */
const siblingFields = [
  ...['id', 'name', 'network_id', 'mac_address', 'fixed_ips', 'device_id', 'device_owner', 'status', 'admin_state_up'],
  ...['port_security_enabled', 'security_groups', 'binding:host_id', 'binding:vnic_type'],
]
const siblingsPath = (filter: string) => `/v2.0/ports?${filter}${siblingFields.map((f) => `&fields=${q(f)}`).join('')}`
export const siblingsOfNetworkPath = (id: string): string => siblingsPath(`network_id=${id}`)
export const siblingsOfHostPath = (host: string): string => siblingsPath(`${q('binding:host_id')}=${q(host)}`)

/** Nova takes the name for a regular expression. */
export const ownServersPath = (name: string): string =>
  `/servers/detail?name=^${q(name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))}$`
export const allServersPath = (name: string): string => `${ownServersPath(name)}&all_tenants=true`

/** API paths that both the resolver and the probes ask: the same path is one question, and one line of a bundle. */
export const portPath = (id: string): string => `/v2.0/ports/${id}`
export const networkPath = (id: string): string => `/v2.0/networks/${id}`
export const subnetsPath = (networkId: string): string => `/v2.0/subnets?network_id=${networkId}`
export const networkDhcpAgentsPath = (networkId: string): string => `/v2.0/networks/${networkId}/dhcp-agents`
export const dhcpPortsPath = (networkId: string): string =>
  `/v2.0/ports?network_id=${networkId}&device_owner=network:dhcp`
export const gatewayPortPath = (networkId: string, gateway: string): string =>
  `/v2.0/ports?network_id=${networkId}&fixed_ips=${encodeURIComponent(`ip_address=${gateway}`)}`
export const subnetPath = (id: string): string => `/v2.0/subnets/${id}`
export const networksOfDhcpAgentPath = (agent: string): string => `/v2.0/agents/${agent}/dhcp-networks`
export const dhcpAgentsPath = (): string => '/v2.0/agents?binary=neutron-dhcp-agent'
export const agentsOfHostPath = (host: string): string => `/v2.0/agents?host=${encodeURIComponent(host)}`
export const switchAgentsPath = (): string => '/v2.0/agents?binary=neutron-openvswitch-agent'
/** Of a network's ports only what tells who is where: there may be thousands. */
export const networkPortsPath = (networkId: string): string =>
  `/v2.0/ports?network_id=${networkId}${['id', 'device_owner', 'device_id', 'status', 'binding%3Ahost_id'].map((f) => `&fields=${f}`).join('')}`
export const securityGroupPath = (id: string): string => `/v2.0/security-groups/${id}`
export const serverPath = (id: string): string => `/servers/${id}`
/** Of every network only what names its physical networks: there may be thousands. */
export const physicalNetworksPath = (): string => '/v2.0/networks?fields=provider%3Aphysical_network&fields=segments'

import { type Cloud, openCloud } from './cloud.ts'
import { neutronUrl } from './config/neutron.ts'
import type { Secrets } from './config/secrets.ts'
import { onMachine } from './machine.ts'
import { ctl } from './names.ts'
import { type LabNetwork, networks, router } from './topology.ts'
import { waitFor } from './wait.ts'

export interface AppCredential {
  readonly id: string
  readonly secret: string
}

interface Named {
  readonly id: string
  readonly name: string
}

export async function waitForApi(name: string, url: string): Promise<void> {
  const answers = async (): Promise<true | undefined> => {
    const { stdout } = await onMachine(ctl.name, [
      'curl',
      '-s',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
      '-m',
      '5',
      url,
    ])
    return ['200', '300', '401'].includes(stdout) ? true : undefined
  }
  await waitFor(`the API of ${name}`, answers, { seconds: 60 })
}

export const waitForNeutron = (): Promise<void> => waitForApi('Neutron', `${neutronUrl}/`)

/** Makes Neutron known to Keystone, and the application credential that a careful operator would use. */
export async function registerNeutron({ admin, neutron }: Secrets): Promise<AppCredential> {
  const cloud = await openCloud(admin)
  const project = { name: 'service', domain_id: 'default' }
  const made = await cloud.identity<{ project: Named }>('POST', '/projects', { project })
  const user = { name: 'neutron', domain_id: 'default', password: neutron }
  const { user: account } = await cloud.identity<{ user: Named }>('POST', '/users', { user })
  const { roles } = await cloud.identity<{ roles: Named[] }>('GET', '/roles?name=admin')
  await cloud.identity('PUT', `/projects/${made.project.id}/users/${account.id}/roles/${roles[0]?.id}`)
  await addEndpoints(cloud)
  const credential = { application_credential: { name: 'oldhand', description: 'for diagnosis' } }
  const path = `/users/${cloud.userId}/application_credentials`
  return (await cloud.identity<{ application_credential: AppCredential }>('POST', path, credential))
    .application_credential
}

async function addEndpoints(cloud: Cloud): Promise<void> {
  const service = { name: 'neutron', type: 'network' }
  const made = await cloud.identity<{ service: Named }>('POST', '/services', { service })
  for (const kind of ['public', 'internal', 'admin']) {
    const endpoint = { interface: kind, region_id: 'RegionOne', url: neutronUrl, service_id: made.service.id }
    await cloud.identity('POST', '/endpoints', { endpoint })
  }
}

export async function makeNetworks({ admin }: Secrets): Promise<void> {
  await waitForNeutron()
  const cloud = await openCloud(admin)
  const made = new Map<string, Made>()
  for (const network of networks) made.set(network.name, await makeNetwork(cloud, network))
  await makeRouter(cloud, made)
  await openSecurityGroup(cloud)
}

interface Made {
  readonly network: string
  readonly subnet: string
}

async function makeNetwork(cloud: Cloud, plan: LabNetwork): Promise<Made> {
  const provider =
    plan.vlan === undefined
      ? { 'provider:network_type': 'vxlan' }
      : {
          'provider:network_type': 'vlan',
          'provider:physical_network': 'physnet1',
          'provider:segmentation_id': plan.vlan,
        }
  const network = { name: plan.name, 'router:external': plan.external, ...provider }
  const made = await cloud.network<{ network: Named }>('POST', '/networks', { network })
  const subnet = {
    name: `${plan.name}-v4`,
    network_id: made.network.id,
    ip_version: 4,
    cidr: plan.cidr,
    gateway_ip: plan.gateway,
    enable_dhcp: true,
  }
  const { subnet: madeSubnet } = await cloud.network<{ subnet: Named }>('POST', '/subnets', { subnet })
  return { network: made.network.id, subnet: madeSubnet.id }
}

async function makeRouter(cloud: Cloud, made: ReadonlyMap<string, Made>): Promise<void> {
  const external_gateway_info = { network_id: made.get(router.outside)?.network }
  const body = { router: { name: router.name, external_gateway_info } }
  const { router: r1 } = await cloud.network<{ router: Named }>('POST', '/routers', body)
  const inside = { subnet_id: made.get(router.inside)?.subnet }
  await cloud.network('PUT', `/routers/${r1.id}/add_router_interface`, inside)
}

async function openSecurityGroup(cloud: Cloud): Promise<void> {
  const { security_groups: groups } = await cloud.network<{ security_groups: Named[] }>(
    'GET',
    `/security-groups?name=default&project_id=${cloud.projectId}`,
  )
  const rule = { security_group_id: groups[0]?.id, direction: 'ingress', ethertype: 'IPv4' }
  await cloud.network('POST', '/security-group-rules', { security_group_rule: { ...rule, protocol: 'icmp' } })
  const ssh = { ...rule, protocol: 'tcp', port_range_min: 22, port_range_max: 22 }
  await cloud.network('POST', '/security-group-rules', { security_group_rule: ssh })
}

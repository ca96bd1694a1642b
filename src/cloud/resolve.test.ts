import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Answer, Ask } from '../core/answer.ts'
import { type Failure, verbatim } from '../core/failure.ts'
import { askKey, type Transport } from '../core/transport.ts'
import { resolveSubject } from './resolve.ts'

type Thing = Readonly<Record<string, unknown>>
/** What a cloud has, and what it answers instead, by the beginning of `service path`. */
interface Cloud {
  readonly ports: readonly Thing[]
  readonly networks: readonly Thing[]
  readonly subnets: readonly Thing[]
  readonly agents: readonly Thing[]
  readonly floatingips: readonly Thing[]
  readonly servers?: readonly Thing[]
  readonly instead: Readonly<Record<string, number | Failure>>
}

const file = new URL('./recorded/neutron-21.json', import.meta.url)
const lab: Cloud = { floatingips: [], instead: {}, ...JSON.parse(readFileSync(file, 'utf8')) }
const portOf = (name: string) => lab.ports.find((p) => p.name === name) ?? {}
const [vm1, vm5] = [portOf('vm1'), portOf('vm5')]
const [id, instance] = [String(vm1.id), String(vm1.device_id)]
const net3933 = lab.networks.find((n) => n.name === 'net3933') ?? {}
const router = lab.ports.find((p) => p.device_owner === 'network:router_interface') ?? {}

/** Filters as Neutron does: every parameter has to fit, repeated ones are alternatives. */
function neutron(cloud: Cloud, rounds: (readonly string[])[] = []): Transport {
  return {
    ask: async (asks) => {
      rounds.push(asks.map((ask) => ask.argv.slice(1).join(' ')))
      return asks.map((ask) => answer(ask, cloud))
    },
    close: async () => {},
  }
}

function answer(ask: Ask, cloud: Cloud): Answer {
  const [, service = '', path = ''] = ask.argv
  const instead = Object.entries(cloud.instead).find(([start]) => `${service} ${path}`.startsWith(start))?.[1]
  if (typeof instead === 'object') return { ask, stdout: '', stderr: '', exit: null, ms: 1, failure: instead }
  const body = service === 'compute' ? nova(path, cloud) : found(path, cloud)
  const exit = instead ?? (body === undefined ? 404 : 0)
  if (ask.okExits?.includes(exit) ?? exit === 0)
    return { ask, stdout: JSON.stringify(exit === 0 ? body : {}), stderr: '', exit, ms: 1 }
  return {
    ask,
    stdout: '',
    stderr: '',
    exit,
    ms: 1,
    failure: { reason: exit === 403 ? 'denied' : 'http', detail: verbatim(`${exit}`) },
  }
}

function found(path: string, cloud: Cloud): unknown {
  const { pathname, searchParams } = new URL(path, 'http://n')
  const [, , kind = '', one, below] = pathname.split('/')
  if (below === 'dhcp-agents') return { agents: cloud.agents.filter((a) => a.binary === 'neutron-dhcp-agent') }
  const all = cloud[kind as 'ports'] ?? []
  if (one === undefined) return { [kind]: all.filter((thing) => fits(thing, searchParams)) }
  const thing = all.find((t) => t.id === one)
  return thing && { [kind.replace(/s$/, '')]: thing }
}

function fits(thing: Thing, parameters: URLSearchParams): boolean {
  return [...new Set(parameters.keys())].every((key) => {
    if (key === 'fields') return true
    const values = parameters.getAll(key)
    if (key !== 'fixed_ips') return values.includes(String(thing[key]))
    return (thing.fixed_ips as readonly Thing[]).some((ip) => values.includes(`ip_address=${ip.ip_address}`))
  })
}

/** As with MariaDB, where a regular expression takes no notice of case. */
function nova(path: string, { servers = [] }: Cloud): unknown {
  const { pathname, searchParams } = new URL(path, 'http://n')
  if (pathname === '/servers/detail')
    return { servers: servers.filter((s) => new RegExp(searchParams.get('name') ?? '', 'i').test(String(s.name))) }
  const server = servers.find((s) => pathname === `/servers/${s.id}`)
  return server && { server }
}

const noNova = {
  compute: { reason: 'not installed', detail: verbatim('The catalogue has no compute service.') },
} as const
const resolve = (asked: string, change: Partial<Cloud> = {}) =>
  resolveSubject(asked, neutron({ ...lab, instead: noNova, ...change }))
const withNova = (...servers: readonly Thing[]): Partial<Cloud> => ({ servers, instead: {} })
const other = (port: Thing, change: Thing): Thing => ({
  ...port,
  id: '11111111-2222-4333-8444-555555555555',
  ...change,
})

async function subject(asked: string, change: Partial<Cloud> = {}) {
  const resolution = await resolve(asked, change)
  if (resolution.kind !== 'subject') throw new Error(JSON.stringify(resolution))
  return resolution.subject
}

describe('a VM is found by', () => {
  it.each([
    ['the name of its port', 'vm1'],
    ["the port's UUID", id],
    ["the port's UUID in capitals", id.toUpperCase()],
    ["the port's UUID without dashes", id.replaceAll('-', '')],
    ["the server's UUID", instance],
    ['an IP address', '10.19.43.86'],
    ['a MAC address', String(vm1.mac_address)],
    ['a MAC address with dashes', String(vm1.mac_address).replaceAll(':', '-').toUpperCase()],
    ['a bare MAC address', String(vm1.mac_address).replaceAll(':', '')],
    [
      'a MAC address of a switch',
      String(vm1.mac_address)
        .replaceAll(':', '')
        .replace(/(....)(?=.)/g, '$1.'),
    ],
    ["the beginning of its port's UUID", id.slice(0, 8)],
    ["its tap's name", `tap${id.slice(0, 11)}`],
    ['a word with blanks around', ' vm1 '],
  ])('%s', async (_, asked) => {
    expect((await subject(asked)).port.id).toBe(id)
  })

  it("its server's name", async () => {
    const change = withNova({ id: instance, name: 'web.01' }, { id: vm5.device_id, name: 'WEB.01' })
    expect(await subject('web.01', change)).toMatchObject({ name: 'web.01', port: { id } })
  })

  it("its server's name, for a user without admin rights", async () => {
    const cloud = {
      servers: [{ id: instance, name: 'web' }],
      instead: { 'compute /servers/detail?name=^web$&all_tenants': 403 },
    }
    expect((await subject('web', cloud)).port.id).toBe(id)
  })

  it('a floating IP', async () => {
    const floatingips = [{ id: 'f', floating_ip_address: '203.0.113.7', port_id: vm5.id }]
    expect((await subject('203.0.113.7', { floatingips })).port.id).toBe(vm5.id)
  })

  it('an IP address where Neutron has no floating IPs', async () => {
    expect((await subject('10.19.43.86', { instead: { ...noNova, 'network /v2.0/floatingips': 404 } })).port.id).toBe(
      id,
    )
  })

  it('an IPv6 address however it is written', async () => {
    const ports = [other(vm1, { fixed_ips: [{ ip_address: '2001:db8::5', subnet_id: 's' }] })]
    expect((await subject('2001:DB8:0:0::0005', { ports })).port.fixedIps[0]?.ip).toBe('2001:db8::5')
  })

  it('nothing but the UUID, where it is a port of a router', async () => {
    expect((await subject(String(router.id))).port.deviceOwner).toBe('network:router_interface')
    expect(await resolve('172.16.5.1')).toMatchObject({
      kind: 'none',
      tried: { en: expect.stringContaining(String(router.id)) },
    })
  })
})

describe('a subject', () => {
  it('has all that Neutron says around the port', async () => {
    expect(await subject('vm1')).toEqual({
      asked: 'vm1',
      name: 'vm1',
      port: {
        id,
        name: 'vm1',
        mac: vm1.mac_address,
        fixedIps: [{ ip: '10.19.43.86', subnetId: '24960ed0-5ae0-40bf-9ce4-85098530a125' }],
        deviceId: instance,
        deviceOwner: 'compute:nova',
      },
      network: { id: net3933.id, name: 'net3933', segment: { type: 'vlan', physicalNetwork: 'physnet1', id: 3933 } },
      subnets: [
        {
          id: '24960ed0-5ae0-40bf-9ce4-85098530a125',
          cidr: '10.19.43.0/24',
          version: 4,
          dhcp: true,
          gateway: '10.19.43.1',
        },
      ],
      compute: 'comp1',
      dhcpHosts: ['net1'],
      dhcpPorts: [
        { id: '9975bfaa-2a02-4f5a-948e-820704738df0', mac: 'fa:16:3e:39:f1:aa', ips: ['10.19.43.2'], host: 'net1' },
      ],
      fromApi: true,
    })
  })

  it('has the MAC address of a router that is the gateway', async () => {
    expect(await subject('vm5')).toMatchObject({
      gatewayMac: router.mac_address,
      network: { segment: { type: 'vxlan' } },
    })
  })

  it('is found in few rounds, whatever it was asked by', async () => {
    const rounds: (readonly string[])[] = []
    await resolveSubject(id, neutron({ ...lab, instead: noNova }, rounds))
    expect(rounds).toHaveLength(3)
  })

  it('is known as far as a user without admin rights may see', async () => {
    const hidden = Object.fromEntries(Object.entries(vm1).filter(([key]) => !key.startsWith('binding:')))
    const network = Object.fromEntries(Object.entries(net3933).filter(([key]) => !key.startsWith('provider:')))
    const cloud = {
      ports: [hidden],
      networks: [network],
      instead: { ...noNova, [`network /v2.0/networks/${net3933.id}/dhcp-agents`]: 403 },
    }
    const { compute, dhcpHosts, network: seen } = await subject('vm1', cloud)
    expect([compute, dhcpHosts, seen]).toEqual([undefined, [], { id: net3933.id, name: 'net3933' }])
  })

  it('stands even if nothing around the port can be read', async () => {
    const cloud = {
      instead: {
        ...noNova,
        'network /v2.0/networks': 500,
        'network /v2.0/subnets': 500,
        'network /v2.0/ports?network_id': 500,
      },
    }
    expect(await subject('vm1', cloud)).toMatchObject({
      compute: 'comp1',
      network: { name: net3933.id },
      subnets: [],
      dhcpPorts: [],
    })
  })

  it('does not count a reserved DHCP port as a host', async () => {
    const ports = lab.ports.map((p) =>
      p.device_owner === 'network:dhcp' ? { ...p, device_id: 'reserved_dhcp_port', 'binding:host_id': 'old1' } : p,
    )
    expect(await subject('vm1', { ports, agents: [] })).toMatchObject({ dhcpHosts: [], dhcpPorts: [] })
  })

  it('counts the host of a DHCP port whose agent was unscheduled', async () => {
    const ports = lab.ports.map((p) => (p.device_owner === 'network:dhcp' ? { ...p, 'binding:host_id': 'net2' } : p))
    expect((await subject('vm1', { ports })).dhcpHosts).toEqual(['net1', 'net2'])
  })

  it('has the segment that its host is wired to', async () => {
    const segment = (physical: string, vlan: number) => ({
      'provider:network_type': 'vlan',
      'provider:physical_network': physical,
      'provider:segmentation_id': vlan,
    })
    const { 'provider:network_type': _, ...plain } = net3933
    const networks = [{ ...plain, segments: [segment('rack9', 9), segment('physnet1', 11)] }]
    expect((await subject('vm1', { networks })).network.segment).toEqual({
      type: 'vlan',
      physicalNetwork: 'physnet1',
      id: 11,
    })
    expect((await subject('vm1', { networks, agents: [] })).network.segment?.id).toBe(9)
  })

  it('of an IPv6-only network has its gateway and no IPv4', async () => {
    const subnets = [
      {
        id: 's6',
        network_id: net3933.id,
        cidr: '2001:db8::/64',
        gateway_ip: '2001:db8::1',
        ip_version: 6,
        enable_dhcp: true,
      },
    ]
    const ports = [{ ...vm1, fixed_ips: [{ ip_address: '2001:db8::5', subnet_id: 's6' }] }]
    expect((await subject('vm1', { subnets, ports })).subnets).toEqual([
      { id: 's6', cidr: '2001:db8::/64', version: 6, dhcp: true, gateway: '2001:db8::1' },
    ])
  })

  it('without an address has the subnets of its whole network', async () => {
    expect((await subject('vm1', { ports: [{ ...vm1, fixed_ips: [] }] })).subnets).toHaveLength(1)
  })
})

describe('what cannot be decided is said:', () => {
  it('several ports of one server', async () => {
    const second = other(vm5, { device_id: instance, name: 'vm1-storage' })
    const resolution = await resolve(instance, { ports: [vm1, second] })
    expect(resolution).toEqual({
      kind: 'ambiguous',
      candidates: [
        {
          portId: second.id,
          portName: 'vm1-storage',
          mac: vm5.mac_address,
          ips: ['172.16.5.154'],
          network: 'tenant1',
          host: 'comp1',
          deviceId: instance,
        },
        {
          portId: id,
          portName: 'vm1',
          mac: vm1.mac_address,
          ips: ['10.19.43.86'],
          network: 'net3933',
          host: 'comp1',
          deviceId: instance,
        },
      ],
    })
  })

  it('one IP address in two networks', async () => {
    const twin = other(vm5, { fixed_ips: vm1.fixed_ips })
    expect(await resolve('10.19.43.86', { ports: [vm1, twin] })).toMatchObject({ kind: 'ambiguous' })
  })

  it('nothing of that name, and that Nova was not asked', async () => {
    expect(await resolve('vm99')).toMatchObject({
      kind: 'none',
      tried: { en: expect.stringMatching(/"vm99".*Nova/), zh: expect.stringMatching(/"vm99".*Nova/) },
    })
  })

  it('a server without a port', async () => {
    expect(await resolve('web', withNova({ id: 'srv', name: 'web' }))).toMatchObject({
      kind: 'none',
      tried: { en: expect.stringContaining('srv') },
    })
  })

  it('an empty word, which is not every port without a name', async () => {
    expect(await resolve('  ', { ports: [{ ...vm1, name: '' }] })).toMatchObject({ kind: 'none' })
  })

  it('an API that cannot be asked is a failure, not an absence', async () => {
    const failure = { reason: 'unreachable', detail: verbatim('x refuses connections') } as const
    expect(await resolve('vm1', { instead: { network: failure, compute: failure } })).toMatchObject({
      kind: 'failed',
      failure,
    })
    expect(
      await resolve('vm99', { instead: { compute: { reason: 'timeout', detail: verbatim('Nova hangs') } } }),
    ).toMatchObject({
      kind: 'failed',
      failure: { reason: 'timeout' },
    })
  })

  it('strange bodies are a failure', async () => {
    const strange: Transport = {
      ask: async (asks) => asks.map((ask) => ({ ask, stdout: '{"ports": 7}', stderr: '', exit: 0, ms: 1 })),
      close: async () => {},
    }
    expect(await resolveSubject(id, strange)).toMatchObject({ kind: 'failed', failure: { reason: 'http' } })
  })
})

describe('a recorded cloud', () => {
  it('resolves to the same subject', async () => {
    const saved = new Map<string, Answer>()
    const live = neutron({ ...lab, instead: noNova })
    const recording: Transport = {
      ...live,
      ask: async (asks) => {
        const answers = await live.ask(asks)
        for (const a of answers) saved.set(askKey(a.ask), a)
        return answers
      },
    }
    const missing = (ask: Ask): Answer => ({
      ask,
      stdout: '',
      stderr: '',
      exit: null,
      ms: 0,
      failure: { reason: 'not recorded', detail: verbatim('not recorded') },
    })
    const replay: Transport = {
      ...live,
      ask: async (asks) => asks.map((ask) => saved.get(askKey(ask)) ?? missing(ask)),
    }
    expect(await resolveSubject('10.19.43.86', recording)).toEqual(await resolveSubject('10.19.43.86', replay))
    expect(await resolveSubject('vm2', replay)).toMatchObject({ kind: 'failed', failure: { reason: 'not recorded' } })
  })
})

it('any word whatever is resolved without a throw', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.string({ unit: 'binary' }), fc.constant('vm\ud800'), fc.stringMatching(/^[0-9a-fA-F.:%-]*$/)),
      async (asked) => {
        expect(['subject', 'ambiguous', 'none', 'failed']).toContain((await resolve(asked)).kind)
      },
    ),
  )
})

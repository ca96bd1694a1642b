import type { Cloud } from './cloud.ts'
import { LabError } from './failure.ts'
import { mustOnMachine } from './machine.ts'
import { switchedHosts } from './names.ts'
import { waitFor } from './wait.ts'

interface Agent {
  readonly id: string
  readonly host: string
  readonly binary: string
  readonly alive: boolean
}

const switching = 'neutron-openvswitch-agent'
const serving = 'neutron-dhcp-agent'
const onNetworkHost = [serving, 'neutron-l3-agent']

const expected: readonly { host: string; binary: string }[] = [
  ...switchedHosts.map(({ name }) => ({ host: name, binary: switching })),
  ...onNetworkHost.map((binary) => ({ host: 'net1', binary })),
]

/** As many as a small machine has cores: more at once would only make each of them slower. */
const first: readonly string[] = ['net1', 'comp1']

/** A port that is bound before its host's agent is alive stays "binding_failed": that of the DHCP server comes first. */
export async function startFirstAgents(cloud: Cloud): Promise<void> {
  await Promise.all(first.map((name) => enable(name, [switching])))
  await waitForAgents(cloud, ({ host, binary }) => first.includes(host) && binary === switching)
}

export async function startOtherAgents(cloud: Cloud): Promise<void> {
  const others = switchedHosts.filter(({ name }) => !first.includes(name))
  await Promise.all([enable('net1', onNetworkHost), ...others.map(({ name }) => enable(name, [switching]))])
  await startDhcp(cloud)
  await waitForAgents(cloud)
}

async function startDhcp(cloud: Cloud): Promise<void> {
  await waitForAgents(cloud, ({ binary }) => binary === serving)
  const networks = await scheduleNetworks(cloud)
  const configured = (): Promise<void> => dhcpConfigured(cloud, networks)
  await configured().catch(() => restartDhcpAgent().then(configured))
}

/**
 * Neutron schedules a network by itself when an agent first asks for its own, or when a port of it is made: in the hurry
 * of a boot one network or the other stays without. Where both do it at once, one of them is refused and looks again.
 */
function scheduleNetworks(cloud: Cloud): Promise<string[]> {
  return waitFor('a DHCP agent for every network', () => scheduleMissing(cloud), { seconds: 30 })
}

async function scheduleMissing(cloud: Cloud): Promise<string[]> {
  const { agents } = await cloud.network<{ agents: Agent[] }>('GET', `/agents?binary=${serving}`)
  const { networks } = await cloud.network<{ networks: { id: string }[] }>('GET', '/networks')
  for (const { id } of agents) {
    const path = `/agents/${id}/dhcp-networks`
    const { networks: hosted } = await cloud.network<{ networks: { id: string }[] }>('GET', path)
    const missing = networks.filter((network) => !hosted.some((other) => other.id === network.id))
    for (const network of missing) await cloud.network('POST', path, { network_id: network.id })
  }
  return networks.map(({ id }) => id)
}

/** Of a port that is made while the agent still builds its network, the agent never says that it is ready. */
async function dhcpConfigured(cloud: Cloud, networks: readonly string[]): Promise<void> {
  const configured = async (): Promise<true | undefined> => {
    const { ports } = await cloud.network<{ ports: { id: string; network_id: string }[] }>(
      'GET',
      '/ports?device_owner=network:dhcp',
    )
    const log = await mustOnMachine('net1', ['cat', '/var/log/neutron/neutron-dhcp-agent.log'])
    const ready = log.split('\n').filter((line) => /DHCP configuration for ports .* is completed/.test(line))
    const isReady = (port: { id: string }): boolean => ready.some((line) => line.includes(port.id))
    const missing = networks.filter((id) => !ports.some((port) => port.network_id === id && isReady(port)))
    if (missing.length === 0) return true
    throw new LabError(missing.join(', '))
  }
  await waitFor('DHCP of every network', configured, { seconds: 60, everyMs: 500 })
}

/**
 * For an agent that was without its OVSDB: it asks again ever more rarely, and dies of its first transaction when that
 * takes it more than ten seconds.
 */
export async function restartSwitchAgent(host: string): Promise<void> {
  await mustOnMachine(host, ['systemctl', 'restart', switching])
}

/** For an agent that hangs half way through its networks, as its root helper now and then does: no wait cures that. */
export async function restartDhcpAgent(): Promise<void> {
  await mustOnMachine('net1', ['systemctl', 'restart', serving])
}

async function enable(host: string, units: readonly string[]): Promise<void> {
  const wants = '/etc/systemd/system/multi-user.target.wants'
  const links = units.map((unit) => `/lib/systemd/system/${unit}.service`)
  await mustOnMachine(host, ['ln', '-sf', ...links, wants])
  await mustOnMachine(host, ['systemctl', 'start', '--no-block', ...units])
}

async function waitForAgents(
  cloud: Cloud,
  which: (agent: (typeof expected)[number]) => boolean = () => true,
): Promise<void> {
  const wanted = expected.filter(which)
  const alive = async (): Promise<true | undefined> => {
    const missing = await missingAgents(cloud, wanted)
    if (missing.length === 0) return true
    throw new Error(missing.join(', '))
  }
  await waitFor('agents alive', alive, { seconds: 60, everyMs: 500 })
}

export async function missingAgents(cloud: Cloud, wanted = expected): Promise<string[]> {
  const { agents } = await cloud.network<{ agents: Agent[] }>('GET', '/agents')
  const isAlive = (host: string, binary: string): boolean =>
    agents.some((agent) => agent.host === host && agent.binary === binary && agent.alive)
  return wanted.filter(({ host, binary }) => !isAlive(host, binary)).map(({ host, binary }) => `${binary} on ${host}`)
}

const log = '/var/log/neutron/neutron-openvswitch-agent.log'

/**
 * Settled is an agent that found nothing to do in its last two rounds, both begun after the given moment: a round may
 * begin before the word of a change has reached the agent. By the API alone an agent that has just been restarted is
 * alive before it has looked at its first port.
 */
export async function requireSettled(host: string, since: Date): Promise<void> {
  const lines = (await mustOnMachine(host, ['tail', '-n', '40', log], { timeoutMs: 10_000 })).split('\n')
  const last = idleRounds(lines, since).slice(-2)
  const settled = last.length === 2 && last.every((idle) => idle)
  if (!settled) throw new LabError(`the Open vSwitch agent on ${host} is still at work`)
}

/** Of each round that has come further than its first line: whether it found nothing to do, so that its two lines stand together. */
function idleRounds(lines: readonly string[], since: Date): boolean[] {
  return lines.flatMap((line, index) => {
    const round = /^(\S+ \S+) .*rpc_loop - iteration:(\d+) started/.exec(line)
    const next = lines[index + 1]
    if (!round || !next || new Date(`${round[1]}Z`) < since) return []
    return [next.includes(`rpc_loop - iteration:${round[2]} completed`)]
  })
}

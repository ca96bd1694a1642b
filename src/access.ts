import { allHosts, type Subject } from './core/subject.ts'
import type { Answer } from './core/answer.ts'
import { type Failure, verbatim } from './core/failure.ts'
import { type Say, say } from './core/lang.ts'
import { type AnyNeed, type FactOf, type Parsed, problem } from './core/probe.ts'
import type { Transport } from './core/transport.ts'
import { collect } from './engine/collect.ts'
import { agentBinaries, agentProcess } from './probes/agents/agent.ts'
import { agentConfigs } from './probes/agents/config.ts'
import { agentLog, type LogPlace, logPlace } from './probes/agents/log.ts'
import { configFiles } from './probes/changes/config-files.ts'
import { kernelLinks } from './probes/changes/kernel-links.ts'
import { packages } from './probes/changes/packages.ts'
import { dnsmasq } from './probes/dhcp/dnsmasq.ts'
import { clock } from './probes/host/clock.ts'
import { links } from './probes/host/links.ts'
import { netfilterCommands } from './probes/host/netfilter.ts'
import { processes } from './probes/host/processes.ts'
import { releases } from './probes/host/releases.ts'
import { units } from './probes/host/units.ts'
import { bonds } from './probes/ovs/bond.ts'
import { neutronBridges } from './probes/ovs/bridges.ts'
import { controllerCommands } from './probes/ovs/controllers.ts'
import { datapathCommand } from './probes/ovs/datapath.ts'
import { openflow } from './probes/ovs/openflow.ts'
import { ovsdb } from './probes/ovs/ovsdb.ts'
import { groupCommand, groupVersions, settingCommands } from './probes/ovs/settings.ts'
import { vswitchd } from './probes/ovs/vswitchd.ts'

/** What was detected on a host, and how; or why not. */
export interface Detected {
  readonly what: Say
  readonly value: string
  readonly how: Say
}
export interface HostAccess {
  readonly host: string
  readonly detected: readonly Detected[]
  /** Questions that the host did not answer. */
  readonly refused: readonly Answer[]
  /** Where it answered nothing at all. */
  readonly unreachable?: Failure
}

const needs = {
  clock,
  links,
  processes,
  units,
  releases,
  ovsdb,
  vswitchd,
  bonds,
  neutronBridges,
  agentConfigs,
  openflow,
  agentLog,
  packages,
  configFiles,
  kernelLinks,
}

/** Asks each host everything that a diagnosis could ask it, and tells what works. */
export async function checkAccess(hosts: readonly string[], transport: Transport): Promise<readonly HostAccess[]> {
  return Promise.all(hosts.map((host) => checkHost(host, transport)))
}

async function checkHost(host: string, transport: Transport): Promise<HostAccess> {
  const subject = standIn(host)
  const facts = await collect(subject, Object.values(needs), transport)
  const read = <N extends AnyNeed>(need: N) => facts.read(need, allHosts(subject)[0] ?? host) as Parsed<FactOf<N>>
  const answers = facts.answers()
  const refused = answers.filter((a) => a.failure)
  const lost = answers.every((a) => a.failure && a.exit === null) ? refused[0]?.failure : undefined
  return {
    host,
    detected: [...detectReleases(read), ...detectOvs(read), ...detectAgents(read)],
    refused,
    ...(lost === undefined ? {} : { unreachable: lost }),
  }
}

/** Nobody's port: a host can be asked without a VM. */
const standIn = (host: string): Subject => ({
  asked: host,
  name: host,
  compute: host,
  subnets: [],
  dhcpHosts: [],
  dhcpPorts: [],
  fromApi: false,
  port: {
    id: '00000000-0000-0000-0000-000000000000',
    name: '',
    mac: '00:00:00:00:00:00',
    fixedIps: [],
    deviceId: '',
    deviceOwner: '',
  },
  network: {
    id: '00000000-0000-0000-0000-000000000000',
    name: '',
  },
})

type Read = <N extends AnyNeed>(need: N) => Parsed<FactOf<N>>
const none = (what: Say, why: Say): Detected => ({ what, value: '?', how: why })

function detectReleases(read: Read): readonly Detected[] {
  const found = read(releases)
  if (!found.ok) return [none(say('packages', '软件包'), found.problem)]
  return found.fact.map((r) => ({
    what: say(`package ${r.name}`, `软件包 ${r.name}`),
    value: r.version,
    how: verbatim(r.source.command),
  }))
}

function detectOvs(read: Read): readonly Detected[] {
  const db = read(ovsdb)
  const alive = read(vswitchd)
  const what = say('Open vSwitch', 'Open vSwitch')
  if (!db.ok) return [none(what, db.problem)]
  const types = [...new Set(db.fact.bridges.map((b) => b.datapathType || 'system'))].join(', ')
  return [
    { what, value: db.fact.version ?? '?', how: verbatim('ovs-vsctl list Open_vSwitch') },
    alive.ok
      ? {
          what: say('ovs-vswitchd', 'ovs-vswitchd'),
          value: alive.fact.alive ? 'running' : 'down',
          how: verbatim(alive.fact.source.command),
        }
      : none(say('ovs-vswitchd', 'ovs-vswitchd'), alive.problem),
    {
      what: say('bridges (datapath)', '网桥（datapath）'),
      value: `${db.fact.bridges.map((b) => b.name).join(', ')} (${types})`,
      how: verbatim('ovs-vsctl list Bridge'),
    },
  ]
}

function detectAgents(read: Read): readonly Detected[] {
  const list = read(processes)
  const configs = read(agentConfigs)
  if (!list.ok) return [none(say('agents', 'agent'), list.problem)]
  return agentBinaries.flatMap((binary) => {
    const process = agentProcess(list.fact, binary)
    const config = configs.ok ? configs.fact[binary] : configs
    if (!process && !config.ok) return []
    const state = {
      what: say(binary, binary),
      value: process ? `pid ${process.pid}${process.unit ? `, ${process.unit}` : ''}` : 'not running',
      how: verbatim('ps'),
    }
    if (!config.ok) return [state, none(say(`${binary} configuration`, `${binary} 配置`), config.problem)]
    const files = {
      what: say('  configuration', '  配置文件'),
      value: config.fact.files.join(', '),
      how: config.fact.fromProcess ? verbatim('--config-file') : say('usual places', '常用路径'),
    }
    const place = logPlace(binary, process?.args, config.fact)
    const log = { what: say('  log', '  日志'), value: place.files.join(', '), how: logSources[place.from] }
    const shown = ['ovs/bridge_mappings', 'securitygroup/firewall_driver', 'ovs/datapath_type']
    const options = shown.flatMap((name) => {
      const option = config.fact.options.get(name)
      return option
        ? [{ what: say(`  ${name}`, `  ${name}`), value: option.value, how: verbatim(option.line.split(':')[0] ?? '') }]
        : []
    })
    return [state, files, log, ...options]
  })
}

const logSources: Readonly<Record<LogPlace['from'], Say>> = {
  'command line': verbatim('--log-file'),
  configuration: verbatim('log_file, log_dir'),
  'usual places': say('usual places, and the journal', '常用路径和 journal'),
}

/** What is asked as root of another kind of host than the one that was recorded: another datapath, another firewall; or by a trace. */
export const rootCommandsOfOtherHosts = (): readonly (readonly string[])[] => [
  ...['system', 'netdev'].map(datapathCommand),
  ...Object.values(netfilterCommands),
  ...settingCommands,
  ...controllerCommands,
  ...groupVersions.map((version) => groupCommand(version, 'br-int')),
]

/** What is asked as root where an agent or dnsmasq does not run, and so does not tell its own places. */
export function rootCommandsOfAnIdleHost(): readonly (readonly string[])[] {
  const host = 'idle'
  const subject = { ...standIn(host), dhcpHosts: [host] }
  const nothing = problem('idle')
  const list = { all: [], whole: { host, command: '', line: '', value: 0 } }
  const asks = [
    ...agentConfigs.asks({ subject, host, prior: { processes: list } }),
    ...agentLog.asks({
      subject,
      host,
      prior: { processes: list, configs: nothing, clock: { now: 0, zone: 0, bootedAt: 0, source: list.whole } },
    }),
    ...dnsmasq.asks({ subject, host, prior: { processes: list } }),
  ]
  return asks.filter((ask) => ask.root).map((ask) => ask.argv)
}

import { API } from '../core/answer.ts'
import type { Change } from '../core/diagnosis.ts'
import { type Say, say } from '../core/lang.ts'
import type { AnyNeed, FactOf, Parsed } from '../core/probe.ts'
import { allHosts, type Subject } from '../core/subject.ts'
import { agentProcess } from '../probes/agents/agent.ts'
import { apiPort } from '../probes/api/port.ts'
import { apiNetwork } from '../probes/api/subnets.ts'
import { configFiles } from '../probes/changes/config-files.ts'
import { kernelLinks } from '../probes/changes/kernel-links.ts'
import { packages } from '../probes/changes/packages.ts'
import { clock } from '../probes/host/clock.ts'
import { type Process, processes } from '../probes/host/processes.ts'
import { type Unit, units } from '../probes/host/units.ts'
import { attachedVif } from '../probes/wiring/vif.ts'
import { integrationFlows } from '../probes/wiring/flows.ts'
import { vswitchdProcess } from '../probes/wiring/vswitchd-process.ts'

export const changeNeeds = {
  units,
  clock,
  processes,
  configFiles,
  packages,
  kernelLinks,
  apiPort,
  apiNetwork,
  attachedVif,
  integrationFlows,
}

type Read = <N extends AnyNeed>(need: N, host: string) => Parsed<FactOf<N>>

/** Older than this is not what broke it yesterday. Milliseconds. */
const WINDOW = 7 * 24 * 3600 * 1000

/** What changed on the hosts of the path and in Neutron, newest first: "was there a change yesterday?". */
export function changesOf(subject: Subject, read: Read): readonly Change[] {
  const all = [...allHosts(subject).flatMap((host) => onHost(host, read)), ...inNeutron(read)]
  const newest = Math.max(0, ...allHosts(subject).map((host) => nowOf(host, read)))
  return all.filter((c) => newest === 0 || c.at > newest - WINDOW).toSorted((a, b) => b.at - a.at)
}

function onHost(host: string, read: Read): readonly Change[] {
  const time = read(clock, host)
  const boot: Change[] = time.ok
    ? [{ at: time.fact.bootedAt, host, what: say('the host booted', '主机启动'), because: time.fact.source }]
    : []
  return [
    ...boot,
    ...starts(host, read),
    ...ends(host, read),
    ...flows(host, read),
    ...edits(host, read),
    ...upgrades(host, read),
    ...flaps(host, read),
  ]
}

function starts(host: string, read: Read): readonly Change[] {
  const list = read(processes, host)
  const now = nowOf(host, read)
  if (!list.ok || now === 0) return []
  const named: (readonly [string, Process | undefined])[] = [
    ['ovs-vswitchd', vswitchdProcess(list.fact)],
    ['neutron-openvswitch-agent', agentProcess(list.fact, 'neutron-openvswitch-agent')],
    ['neutron-dhcp-agent', agentProcess(list.fact, 'neutron-dhcp-agent')],
  ]
  return named.flatMap(([name, p]) =>
    p ? [{ at: now - p.age * 1000, host, what: say(`${name} was started`, `${name} 启动`), because: p.source }] : [],
  )
}

/** Services that ended, or that systemd had to start again, and when. */
function ends(host: string, read: Read): readonly Change[] {
  const known = read(units, host)
  const time = read(clock, host)
  if (!known.ok || !time.ok) return []
  return [...known.fact.values()].flatMap((unit) => {
    const [, day, hour] = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)/.exec(unit.since) ?? []
    const at = Date.parse(`${day}T${hour}Z`) - time.fact.zone
    const what = troubleOf(unit)
    return what === undefined || Number.isNaN(at) ? [] : [{ at, host, what, because: unit.source }]
  })
}

function troubleOf(unit: Unit): Say | undefined {
  const result = unit.result === 'success' ? '' : `, ${unit.result}`
  if (unit.active !== 'active')
    return say(`${unit.id} became ${unit.active}${result}`, `${unit.id} 变为 ${unit.active}${result}`)
  const times = unit.restarts ?? 0
  return times > 0
    ? say(
        `systemd restarted ${unit.id} (${times === 1 ? 'once' : `${times} times`})`,
        `systemd 自动重启了 ${unit.id}（${times} 次）`,
      )
    : undefined
}

/** Young flows of the VM's own port: when its wiring last changed. */
function flows(host: string, read: Read): readonly Change[] {
  const vif = read(attachedVif, host)
  const table = read(integrationFlows, host)
  const now = nowOf(host, read)
  if (!vif.ok || !table.ok || now === 0) return []
  const port = String(vif.fact.iface.ofport)
  const own = table.fact.flows.filter((f) => f.match.get('in_port') === port && f.duration !== undefined)
  const youngest = own.toSorted((a, b) => (a.duration ?? 0) - (b.duration ?? 0))[0]
  if (!youngest) return []
  const what = say("the flows of the VM's port were written", '虚拟机端口的流表有更新')
  return [{ at: Math.round(now - (youngest.duration ?? 0) * 1000), host, what, because: youngest.source }]
}

function edits(host: string, read: Read): readonly Change[] {
  const files = read(configFiles, host)
  return files.ok
    ? files.fact.map((f) => ({
        at: f.at,
        host,
        what: say(`${f.path} was changed`, `${f.path} 被修改`),
        because: f.source,
      }))
    : []
}

function upgrades(host: string, read: Read): readonly Change[] {
  const log = read(packages, host)
  return log.ok
    ? log.fact.map((p) => ({
        at: p.at,
        host,
        what: say(`package ${p.what} was installed`, `安装/升级了软件包 ${p.what}`),
        because: p.source,
      }))
    : []
}

function flaps(host: string, read: Read): readonly Change[] {
  const events = read(kernelLinks, host)
  return events.ok
    ? events.fact.map((e) => ({
        at: e.at,
        host,
        what: say(`link: ${e.text}`, `链路变化：${e.text}`),
        because: e.source,
      }))
    : []
}

function inNeutron(read: Read): readonly Change[] {
  const port = read(apiPort, API)
  const network = read(apiNetwork, API)
  const changed = [
    ...(port.ok ? [{ cite: port.fact.cite, what: say("Neutron's port was updated", 'Neutron 中的端口被更新') }] : []),
    ...(network.ok
      ? [{ cite: network.fact.cite, what: say("Neutron's network was updated", 'Neutron 中的网络被更新') }]
      : []),
    ...(network.ok ? network.fact.subnets : []).map(({ cite, cidr }) => ({
      cite,
      what: say(`Neutron's subnet ${cidr} was updated`, `Neutron 中的子网 ${cidr} 被更新`),
    })),
  ]
  return changed.flatMap(({ cite, what }) => {
    const because = cite('updated_at')
    const at = Date.parse(String(because.value))
    return Number.isNaN(at) ? [] : [{ at, host: API, what, because }]
  })
}

function nowOf(host: string, read: Read): number {
  const time = read(clock, host)
  return time.ok ? time.fact.now : 0
}

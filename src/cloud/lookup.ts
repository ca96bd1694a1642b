import type { Answer } from '../core/answer.ts'
import { type Say, say } from '../core/lang.ts'
import { portPath } from '../core/paths.ts'
import { get } from '../core/probe.ts'
import type { Transport } from '../core/transport.ts'
import * as paths from './lookup-paths.ts'
import { type ApiPort, floatingBody, isNeutrons, portBody, portIdsBody, portsBody, serversBody } from './neutron.ts'
import { type Read, type Refusal, read } from './reading.ts'
import type { Word } from './words.ts'

/** What one meaning of the operator's word led to. */
export interface Lookup {
  readonly ports: readonly ApiPort[]
  /** Questions without an answer: where no port was found, it may still exist. */
  readonly refusals: readonly Refusal[]
  /** What is worth telling where nothing was found. */
  readonly notes: readonly Say[]
}

export function lookUp(word: Word, transport: Transport): Promise<Lookup> {
  switch (word.is) {
    case 'uuid':
      return byUuid(word.uuid, transport)
    case 'ip':
      return byIp(word, transport)
    case 'mac':
      return byMac(word.mac, transport)
    case 'name':
      return byName(word.name, transport)
    case 'prefix':
      return byPrefix(word.prefix, transport)
  }
}

const network = (path: string) => get('network', path)
// 404 is the answer that there is none.
const orAbsent = (path: string) => ({ ...network(path), okExits: [0, 404] })
const isAbsent = (answer: Answer | undefined) => answer?.exit === 404 && answer.failure === undefined
const singlePort = (id: string) => orAbsent(portPath(id))
const portSchema = portBody.transform(({ port }) => [port])
const portsSchema = portsBody.transform(({ ports }) => ports)

async function byUuid(id: string, transport: Transport): Promise<Lookup> {
  const [port, ofServer] = await transport.ask([singlePort(id), network(paths.portsOfDevicePath(id))])
  // A router's UUID is a device as well.
  const vms = vmPorts([read(ofServer, portsSchema)])
  return together(portRead(port), vms)
}

async function byIp({ ip, version }: Extract<Word, { is: 'ip' }>, transport: Transport): Promise<Lookup> {
  const floating = version === 4 ? [orAbsent(paths.floatingIpPath(ip))] : []
  const [fixed, floated] = await transport.ask([network(paths.portsByIpPath(ip)), ...floating])
  const direct = vmPorts([read(fixed, portsSchema)])
  // A cloud without routers has no floating IPs: 404.
  if (floated === undefined || isAbsent(floated)) return direct
  return together(direct, await behindFloating(ip, floated, transport))
}

async function behindFloating(ip: string, answer: Answer, transport: Transport): Promise<Lookup> {
  const floating = read(answer, floatingBody)
  if (!floating.ok) return nothing([floating])
  const ids = floating.value.floatingips.map((f) => f.port_id)
  const bound = ids.filter((id) => id !== undefined)
  const unbound =
    ids.length > bound.length ? [say(`${ip} is a floating IP without a port`, `${ip} 是未绑定端口的浮动 IP`)] : []
  const answers = bound.length > 0 ? await transport.ask(bound.map(singlePort)) : []
  return together({ ...nothing(), notes: unbound }, ...answers.map(portRead))
}

async function byMac(mac: string, transport: Transport): Promise<Lookup> {
  const [ports] = await transport.ask([network(paths.portsByMacPath(mac))])
  return vmPorts([read(ports, portsSchema)])
}

async function byName(name: string, transport: Transport): Promise<Lookup> {
  const servers = { ...get('compute', paths.allServersPath(name)), okExits: [0, 403] }
  const [all, ports] = await transport.ask([servers, network(paths.portsByNamePath(name))])
  const named = vmPorts([read(ports, portsSchema)])
  return together(await ofServers(name, all, transport), named)
}

/** The ports of the servers of this very name. Who may not see all projects sees their own. */
async function ofServers(name: string, all: Answer | undefined, transport: Transport): Promise<Lookup> {
  const answer = all?.exit === 403 ? (await transport.ask([get('compute', paths.ownServersPath(name))]))[0] : all
  const servers = read(answer, serversBody)
  if (!servers.ok)
    return servers.failure.reason === 'not installed' || servers.failure.reason === 'denied'
      ? withoutNova
      : nothing([servers])
  const ids = servers.value.servers.filter((server) => server.name === name).map((server) => server.id)
  const answers = ids.length > 0 ? await transport.ask(ids.map((id) => network(paths.portsOfDevicePath(id)))) : []
  const found = vmPorts(answers.map((a) => read(a, portsSchema)))
  if (ids.length === 0 || found.ports.length > 0) return found
  return {
    ...found,
    notes: [say(`server ${name} (${ids.join(', ')}) has no port`, `虚拟机 ${name}（${ids.join('，')}）没有端口`)],
  }
}

async function byPrefix(prefix: string, transport: Transport): Promise<Lookup> {
  const [list] = await transport.ask([network(paths.portIdsPath)])
  const ids = read(list, portIdsBody)
  if (!ids.ok) return nothing([ids])
  const fitting = ids.value.ports.map((port) => port.id).filter((id) => id.startsWith(prefix))
  const answers = fitting.length > 0 ? await transport.ask(fitting.map(singlePort)) : []
  return together(...answers.map(portRead))
}

function portRead(answer: Answer | undefined): Lookup {
  if (isAbsent(answer)) return nothing()
  const ports = read(answer, portSchema)
  return ports.ok ? { ...nothing(), ports: ports.value } : nothing([ports])
}

function vmPorts(lists: readonly Read<readonly ApiPort[]>[]): Lookup {
  const ports = lists.flatMap((list) => (list.ok ? list.value : []))
  return {
    ports: ports.filter((port) => !isNeutrons(port)),
    refusals: lists.filter((list) => !list.ok),
    notes: ports.filter(isNeutrons).map(ownedByNeutron),
  }
}

const ownedByNeutron = ({ id, device_owner }: ApiPort) =>
  say(
    `port ${id} (${device_owner}) is no VM's; give its UUID to diagnose it all the same`,
    `端口 ${id}（${device_owner}）不属于虚拟机；如需诊断请直接给出其 UUID`,
  )

const withoutNova: Lookup = {
  ports: [],
  refusals: [],
  notes: [say('server names are unknown here, because Nova cannot be asked', '无法查询 Nova，因此不知道虚拟机名称')],
}

const nothing = (refusals: readonly Refusal[] = []): Lookup => ({ ports: [], refusals, notes: [] })

function together(...lookups: readonly Lookup[]): Lookup {
  const byId = new Map(lookups.flatMap((l) => l.ports).map((port) => [port.id, port]))
  return {
    ports: [...byId.values()],
    refusals: lookups.flatMap((l) => l.refusals),
    notes: lookups.flatMap((l) => l.notes),
  }
}

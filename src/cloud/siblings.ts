import type { Candidate } from '../core/comparison.ts'
import { type Say, say } from '../core/lang.ts'
import { serverPath } from '../core/paths.ts'
import { get } from '../core/probe.ts'
import type { Segment, Subject } from '../core/subject.ts'
import type { Transport } from '../core/transport.ts'
import { networksPath, siblingsOfHostPath, siblingsOfNetworkPath } from './lookup-paths.ts'
import { type ApiSibling, networksBody, serverBody, siblingsBody } from './neutron.ts'
import { orElse, read } from './reading.ts'
import { segmentOf } from './segment.ts'
import { subjectOf } from './subject-of.ts'

/** A VM's port near the one that is diagnosed: on its network, on its host, or on another host of its network. */
export interface Sibling extends Candidate {
  readonly api: ApiSibling
}
export type Siblings =
  | { readonly ok: true; readonly own: Sibling; readonly all: readonly Sibling[] }
  | { readonly ok: false; readonly say: Say }

/** Hosts of the same network that are looked at for a VM of another network. */
const HOSTS = 1

/** All VMs around a subject, in two rounds of lists. */
export async function siblingsOf(subject: Subject, transport: Transport): Promise<Siblings> {
  const host = subject.compute
  const paths = [siblingsOfNetworkPath(subject.network.id), ...(host === undefined ? [] : [siblingsOfHostPath(host)])]
  const near = await listed(paths, transport)
  const own = near.ports.find((port) => port.id === subject.port.id)
  if (!own)
    return { ok: false, say: near.refusal ?? say('the API does not list this VM', 'API 的列表中没有这台虚拟机') }
  const hosts = near.ports.flatMap((port) => port['binding:host_id'] ?? [])
  const others = [...new Set(hosts)]
    .filter((each) => each !== host)
    .toSorted()
    .slice(0, HOSTS)
  const far = await listed(others.map(siblingsOfHostPath), transport)
  const ports = [...new Map([...near.ports, ...far.ports].map((port) => [port.id, port])).values()]
  const segments = await segmentsOf(ports, subject, transport)
  const sibling = (port: ApiSibling) => toSibling(port, segments.get(port.network_id))
  const vms = ports.filter((port) => port.device_owner?.startsWith('compute:'))
  return { ok: true, own: sibling(own), all: vms.map(sibling) }
}

async function listed(
  paths: readonly string[],
  transport: Transport,
): Promise<{ readonly ports: readonly ApiSibling[]; readonly refusal?: Say }> {
  if (paths.length === 0) return { ports: [] }
  const answers = await transport.ask(paths.map((path) => get('network', path)))
  const bodies = answers.map((answer) => read(answer, siblingsBody))
  const refusal = bodies.find((body) => !body.ok)
  return {
    ports: bodies.flatMap((body) => (body.ok ? body.value.ports : [])),
    ...(refusal && !refusal.ok
      ? { refusal: refusal.failure.reason === 'not recorded' ? unrecorded : refusal.say }
      : {}),
  }
}

const unrecorded = say(
  'the recording has no other VMs (`oldhand record --compare` takes them along)',
  '录制文件里没有其他虚拟机（用 `oldhand record --compare` 重新录制即可带上）',
)

/** More than these would not fit into one URL. */
const MAX_NETWORKS = 50

async function segmentsOf(
  ports: readonly ApiSibling[],
  { network }: Subject,
  transport: Transport,
): Promise<ReadonlyMap<string, Segment | undefined>> {
  const ids = [...new Set(ports.map((port) => port.network_id))].filter((id) => id !== network.id)
  if (ids.length === 0) return new Map([[network.id, network.segment]])
  const [answer] = await transport.ask([get('network', networksPath(ids.toSorted().slice(0, MAX_NETWORKS)))])
  const { networks } = orElse(read(answer, networksBody), { networks: [] })
  return new Map([[network.id, network.segment], ...networks.map((n) => [n.id, segmentOf(n, [])] as const)])
}

function toSibling(api: ApiSibling, segment: Segment | undefined): Sibling {
  const host = api['binding:host_id']
  return {
    port: api.id,
    name: api.name ?? api.id.slice(0, 8),
    networkId: api.network_id,
    ...(host === undefined ? {} : { host }),
    ...(segment === undefined ? {} : { segment }),
    groups: api.security_groups.toSorted(),
    portSecurity: api.port_security_enabled !== false,
    adminUp: api.admin_state_up !== false,
    active: api.status === 'ACTIVE',
    vnicType: api['binding:vnic_type'] ?? 'normal',
    api,
  }
}

/** The same VMs with Nova's word on whether they run, where Nova can be asked. */
export async function withStates(siblings: readonly Sibling[], transport: Transport): Promise<readonly Sibling[]> {
  const asks = siblings.map(({ api }) => ({ ...get('compute', serverPath(api.device_id ?? '')), okExits: [0, 404] }))
  const answers = asks.length > 0 ? await transport.ask(asks) : []
  return siblings.map((sibling, i) => {
    const answer = answers[i]
    if (answer?.exit === 404 && !answer.failure) return { ...sibling, server: '' }
    const status = orElse(read(answer, serverBody), undefined)?.server.status
    return status === undefined ? sibling : { ...sibling, server: status }
  })
}

export const siblingSubject = ({ name, api }: Sibling, transport: Transport): Promise<Subject> =>
  subjectOf(name, api, transport)

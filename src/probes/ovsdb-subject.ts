import { type Parsed, fact, problem } from '../core/probe.ts'
import { integer } from '../core/scan.ts'
import type { Segment, Subject } from '../core/subject.ts'
import type { Ovsdb } from './ovs/ovsdb.ts'

const nobody: Subject = {
  asked: '',
  name: '',
  subnets: [],
  dhcpHosts: [],
  dhcpPorts: [],
  fromApi: false,
  port: {
    id: '',
    name: '',
    mac: '',
    fixedIps: [],
    deviceId: '',
    deviceOwner: '',
  },
  network: {
    id: '',
    name: '',
  },
}

/** The subject as OVSDB alone knows it: `external_ids` of the port's interface, and the agent's note on its port. */
export function subjectFromOvsdb(portId: string, host: string, db: Ovsdb): Parsed<Subject> {
  for (const port of db.bridges.flatMap((b) => b.ports)) {
    const iface = port.interfaces.find((i) => i.externalIds.get('iface-id') === portId)
    const mac = iface?.externalIds.get('attached-mac')
    if (!iface || !mac) continue
    const id = iface.externalIds.get('vm-uuid') ?? ''
    return fact({
      ...nobody,
      asked: portId,
      name: portId,
      compute: host,
      port: {
        ...nobody.port,
        id: portId,
        mac: mac.toLowerCase(),
        deviceId: id,
      },
      network: networkOf(port.otherConfig),
    })
  }
  return problem(
    `no interface with iface-id ${portId} in OVSDB of ${host}`,
    `${host} 的 OVSDB 中没有 iface-id 为 ${portId} 的接口`,
  )
}

function networkOf(note: ReadonlyMap<string, string>): Subject['network'] {
  const type = note.get('network_type')
  const physicalNetwork = note.get('physical_network')
  const segmentation = integer(note.get('segmentation_id'))
  const segment: Segment | undefined =
    type === undefined
      ? undefined
      : {
          type,
          ...(physicalNetwork && physicalNetwork !== 'None' ? { physicalNetwork } : {}),
          ...(segmentation === undefined ? {} : { id: segmentation }),
        }
  return { id: note.get('net_uuid') ?? '', name: '', ...(segment ? { segment } : {}) }
}

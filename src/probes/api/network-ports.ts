import type { Answer, Evidence } from '../../core/answer.ts'
import { networkPortsPath } from '../../core/paths.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { cloudProbe, fact, get, type Parsed } from '../../core/probe.ts'
import { isTunnelled } from '../../core/subject.ts'
import { citeList, manyOf, textOf } from './body.ts'

/** A port of the VM's network, as far as it tells who is where. */
export interface NetworkPort {
  readonly id: string
  readonly owner: string
  readonly device: string
  readonly active: boolean
  /** Absent for a user without admin rights, and for what is on no host or on all. */
  readonly host?: string
  readonly cite: (field: string) => Evidence
}
export interface NetworkPorts {
  readonly ports: readonly NetworkPort[]
  /** Cited where a port is not in the list. */
  readonly whole: Evidence
}

/** Asked for tunnelled networks only, whose hosts have to know of each other. */
export const networkPorts = cloudProbe<NetworkPorts>({
  id: 'network-ports',
  asks: ({ subject }) =>
    subject.fromApi && isTunnelled(subject) ? [get('network', networkPortsPath(subject.network.id))] : [],
  parse: ([answer]) => fromAnswer(answer, parsePorts),
})

function parsePorts(answer: Answer): Parsed<NetworkPorts> {
  const list = manyOf(answer, 'ports')
  if (!list.ok) return list
  const ports = list.fact.map((r) => {
    const host = textOf(r, 'binding:host_id')
    return {
      id: textOf(r, 'id') ?? '',
      owner: textOf(r, 'device_owner') ?? '',
      device: textOf(r, 'device_id') ?? '',
      active: textOf(r, 'status') === 'ACTIVE',
      ...(host ? { host } : {}),
      cite: r.cite,
    }
  })
  return fact({ ports, whole: citeList(answer, 'ports') })
}

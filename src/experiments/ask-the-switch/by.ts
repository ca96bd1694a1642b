import type { SwitchWays } from '../../core/ask-the-switch.ts'
import { type Parsed, problem } from '../../core/probe.ts'
import type { Provider } from '../../probes/wiring/provider.ts'
import { nicLack } from '../as-vm/places.ts'
import type { Asking } from './script.ts'

/** A host, how it reaches the wire, and whether the VM is on it. */
interface Where {
  readonly host: string
  readonly provider: Provider
  readonly isOwn: boolean
}

/**
 * By what the frames of a host leave: a port of its bridge, or the NIC itself. Only the VM's host, and whoever's NIC is
 * named, is asked by a sub-interface: elsewhere it would take the VLAN away from DHCP servers and routers for nothing.
 */
export function byOf(where: Where, { method, nics }: SwitchWays): Parsed<Pick<Asking, 'method' | 'on'>> {
  const { host, provider, isOwn } = where
  const named = nics[host]
  const nic = named ?? provider.nics[0]?.interfaces[0]?.name
  if (method === 'subinterface' && (isOwn || named !== undefined))
    return nic === undefined ? unnamed(where) : { ok: true, fact: { method, on: nic } }
  if (!provider.bridge || nic === undefined) return noWay(where)
  return { ok: true, fact: { method: 'port', on: provider.bridge.name } }
}

function unnamed(where: Where): Parsed<never> {
  const lack = nicLack(where.provider, where.host)
  return problem(
    `${lack.en}: name the NIC that its frames should leave by: --nic ${where.host}:NIC`,
    `${lack.zh}：请指定业务网卡：--nic ${where.host}:网卡名`,
  )
}

/** Whoever has not thought of the other way is told of it where it would help. */
function noWay(where: Where): Parsed<never> {
  const lack = nicLack(where.provider, where.host)
  return problem(
    `${lack.en}; its NIC itself can be asked by: --method subinterface --nic ${where.host}:NIC`,
    `${lack.zh}；可以直接从网卡探测：--method subinterface --nic ${where.host}:网卡名`,
  )
}

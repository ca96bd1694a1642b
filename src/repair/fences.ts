import { type Say, say } from '../core/lang.ts'
import { closedNow, type Window } from './windows.ts'

/** What no repair may touch, by the operator's own word (`oldhand.yaml`). */
export interface Fences {
  readonly hosts: readonly string[]
  /** Names or UUIDs. */
  readonly networks: readonly string[]
  /** Outside of these nothing is repaired; none: at any time. */
  readonly windows: readonly Window[]
}

export const noFences: Fences = { hosts: [], networks: [], windows: [] }

/** Why a repair of this VM on this host is forbidden. */
export function fencedOff(
  fences: Fences,
  { host, network }: { host: string; network: { readonly id: string; readonly name: string } },
): Say | undefined {
  const closed = closedNow(fences.windows, new Date())
  if (closed) return closed
  if (fences.hosts.includes(host)) return say(`${host} is protected (oldhand.yaml)`, `${host} 受保护（oldhand.yaml）`)
  if (!fences.networks.includes(network.id) && !fences.networks.includes(network.name)) return undefined
  return say(`network ${network.name} is protected (oldhand.yaml)`, `网络 ${network.name} 受保护（oldhand.yaml）`)
}

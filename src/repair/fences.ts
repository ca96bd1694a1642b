import { type Say, say } from '../core/lang.ts'

/** What no repair may touch, by the operator's own word (`oldhand.yaml`). */
export interface Fences {
  readonly hosts: readonly string[]
  /** Names or UUIDs. */
  readonly networks: readonly string[]
}

export const noFences: Fences = { hosts: [], networks: [] }

/** Why a repair of this VM on this host is forbidden. */
export function fencedOff(
  fences: Fences,
  { host, network }: { host: string; network: { readonly id: string; readonly name: string } },
): Say | undefined {
  if (fences.hosts.includes(host)) return say(`${host} is protected (oldhand.yaml)`, `${host} 受保护（oldhand.yaml）`)
  if (!fences.networks.includes(network.id) && !fences.networks.includes(network.name)) return undefined
  return say(`network ${network.name} is protected (oldhand.yaml)`, `网络 ${network.name} 受保护（oldhand.yaml）`)
}

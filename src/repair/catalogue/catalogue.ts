import { bindPort } from './api/binding.ts'
import { dhcpAgent } from './api/dhcp-agent.ts'
import { apiSwitch } from './api/switch.ts'
import { bridgePort } from './bridge-port.ts'
import { columns } from './columns.ts'
import { addFlow, deleteFlow } from './flow.ts'
import { link, linkSize } from './link.ts'
import { hollowName } from './namespace.ts'
import type { Kind, Operation } from './operation.ts'
import { mapBridge, restoreFile } from './option/option.ts'
import { plugTap } from './plug.ts'
import { unit } from './unit.ts'

/** All that a repair may do: to a host, and over the API. */
const kinds: readonly Kind[] = [
  ...[unit, addFlow, deleteFlow, columns, bridgePort, plugTap, link, linkSize, hollowName, mapBridge, restoreFile],
  ...[apiSwitch, dhcpAgent, bindPort],
]

/** The operation that a command is, or `undefined`: then it is a person's to run. */
export function operationOf(run: readonly string[]): Operation | undefined {
  for (const kind of kinds) {
    const operation = kind(run)
    if (operation) return operation
  }
  return undefined
}

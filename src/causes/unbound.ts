import type { CauseId } from '../core/cause-ids.gen.ts'

/** Why a port is not bound: the agent then takes its wiring away, and that of the network where it was the last of it. */
export const unbound = [
  'port-binding-failed-agent-dead',
  'port-binding-failed-no-agent',
  'port-binding-failed-physnet-unmapped',
] as const satisfies readonly CauseId[]

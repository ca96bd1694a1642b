import { derived, fact, type Parsed } from '../../core/probe.ts'
import type { Switch } from '../../openflow/bridge.ts'
import { type BridgeParts, type BridgeSettings, buildSwitch } from '../../openflow/build.ts'
import { type BridgeState, openflow } from './openflow.ts'
import { ovsdb } from './ovsdb.ts'

/** The bridges of a host as the tracer follows packets through them. */
export const hostSwitch = derived({
  id: 'host-switch',
  needs: { ovsdb, openflow },
  derive: ({ ovsdb: db, openflow: states }): Parsed<Switch> =>
    fact(buildSwitch([...states].flatMap(([name, state]) => partsOf(name, state, db.bridges)))),
})

export function partsOf(name: string, state: BridgeState, bridges: readonly BridgeSettings[]): readonly BridgeParts[] {
  const settings = bridges.find((bridge) => bridge.name === name)
  if (!state.flows.ok || !settings) return []
  return [
    {
      name,
      flows: state.flows.fact,
      settings,
      ...(state.ports.ok ? { show: state.ports.fact } : {}),
      ...(state.learned.ok ? { learned: state.learned.fact } : {}),
    },
  ]
}

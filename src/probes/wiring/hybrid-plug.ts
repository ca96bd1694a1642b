import type { Evidence } from '../../core/answer.ts'
import { derived, fact, type Parsed } from '../../core/probe.ts'
import { links } from '../host/links.ts'
import { vif } from './vif.ts'

/** Whether the VM's port goes through a Linux bridge of its own, for a firewall of iptables, and what that shows by. */
export type HybridPlug =
  | ({ readonly hybrid: true } & HybridDevices & { readonly source: Evidence })
  | { readonly hybrid: false; readonly source: Evidence }

/** From the guest to br-int (os-vif, vif_plug_ovs/ovs.py). */
export interface HybridDevices {
  readonly tap: string
  readonly qbr: string
  readonly qvb: string
  readonly qvo: string
}

export const hybridPlug = derived({
  id: 'hybrid-plug',
  needs: { vif, links },
  derive({ vif: v, links: all }, { subject }): Parsed<HybridPlug> {
    const named = (prefix: string) => prefix + subject.port.id.slice(0, 11)
    const devices = { tap: named('tap'), qbr: named('qbr'), qvb: named('qvb'), qvo: named('qvo') }
    const plugged = v.attached && v.iface.name === devices.qvo ? v.iface.source : undefined
    const shown = plugged ?? all.byName.get(devices.qbr)?.source ?? all.byName.get(devices.qvo)?.source
    if (shown) return fact({ hybrid: true, ...devices, source: shown })
    return fact({ hybrid: false, source: v.attached ? v.iface.source : v.source })
  },
})

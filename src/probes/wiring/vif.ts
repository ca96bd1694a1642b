import { type Evidence, without } from '../../core/answer.ts'
import { derived, fact, type Parsed, problem } from '../../core/probe.ts'
import { neutronBridges } from '../ovs/bridges.ts'
import { type OvsBridge, type OvsInterface, type OvsPort, ovsdb } from '../ovs/ovsdb.ts'

/** The VM's port in Open vSwitch: found by `external_ids:iface-id`, whatever the device is called. */
export interface Attached {
  readonly attached: true
  readonly bridge: OvsBridge
  readonly port: OvsPort
  readonly iface: OvsInterface
  /** Whether that bridge is br-int. */
  readonly onIntegration: boolean
  /** Name of br-int here. */
  readonly integration: string
}
export interface Detached {
  readonly attached: false
  readonly integration: string
  readonly source: Evidence
}
export type Vif = Attached | Detached

export const vif = derived({
  id: 'vif',
  needs: { ovsdb, bridges: neutronBridges },
  derive({ ovsdb: db, bridges }, { subject }): Parsed<Vif> {
    for (const bridge of db.bridges) {
      for (const port of bridge.ports) {
        const iface = port.interfaces.find((i) => i.externalIds.get('iface-id') === subject.port.id)
        if (iface)
          return fact({
            attached: true,
            bridge,
            port,
            iface,
            onIntegration: bridge.name === bridges.integration,
            integration: bridges.integration,
          })
      }
    }
    return fact({
      attached: false,
      integration: bridges.integration,
      source: without(subject.port.id, db.whole.interfaces),
    })
  },
})

/** The VM's port, where it is attached: what comes after the tap makes no sense without. */
export const attachedVif = derived({
  id: 'attached-vif',
  needs: { vif },
  derive({ vif: v }): Parsed<Attached> {
    if (!v.attached)
      return problem("the VM's port is not in Open vSwitch on this host", '该主机的 Open vSwitch 中没有虚拟机的端口')
    // A row that a guest of before the last reboot has left: there is no such device.
    if (v.iface.ofport !== undefined && v.iface.ofport < 0)
      return problem(`Open vSwitch could not open ${v.iface.name}`, `Open vSwitch 打不开 ${v.iface.name}`)
    return fact(v)
  },
})

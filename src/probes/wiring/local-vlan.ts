import type { Evidence } from '../../core/answer.ts'
import { derived, fact, type Parsed, problem } from '../../core/probe.ts'
import { integer } from '../../core/scan.ts'
import { neutronBridges } from '../ovs/bridges.ts'
import { type OvsPort, ovsdb } from '../ovs/ovsdb.ts'

/** The VLAN that stands for the network inside this host's br-int. It differs from host to host. */
export interface LocalVlan {
  readonly id: number
  /** The port whose `other_config` says so. */
  readonly source: Evidence
}

/** Where Neutron's agent parks a port that it has not wired: it stands for no network (ovs_lib.py, DEAD_VLAN_TAG). */
export const DEAD_VLAN = 4095

/** From the agent's own note on its ports (`other_config`, neutron/plugins/ml2/drivers/openvswitch/agent). */
export const localVlan = derived({
  id: 'local-vlan',
  needs: { ovsdb, bridges: neutronBridges },
  derive({ ovsdb: db, bridges }, { subject }): Parsed<LocalVlan> {
    const ports = db.bridges.find((b) => b.name === bridges.integration)?.ports ?? []
    // The agent wires what is there: the note on a port without a device is of the past.
    const isThere = (p: OvsPort) => p.interfaces.some((i) => i.ofport === undefined || i.ofport >= 0)
    const mine = ports.filter((p) => p.otherConfig.get('net_uuid') === subject.network.id && isThere(p))
    for (const port of mine) {
      const id = integer(port.otherConfig.get('tag'))
      if (id !== undefined && id >= 1 && id < DEAD_VLAN) return fact({ id, source: port.source })
    }
    return problem(
      `no port of the network on ${bridges.integration} tells its local VLAN`,
      `${bridges.integration} 上没有该网络的端口，无法得知内部 VLAN`,
    )
  },
})

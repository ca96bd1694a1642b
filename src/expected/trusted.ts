import { say } from '../core/lang.ts'
import { derived, fact, type Parsed } from '../core/probe.ts'
import { neutronBridges } from '../probes/ovs/bridges.ts'
import { ovsdb } from '../probes/ovs/ovsdb.ts'
import { firewallKind } from './firewall-kind.ts'
import { localVlan } from '../probes/wiring/local-vlan.ts'
import { trustedForms } from './port-firewall.ts'
import type { Row } from './row.ts'

/** The network's DHCP ports on this host: the openvswitch firewall lets them through. */
export const trustedRows = derived({
  id: 'expected-trusted',
  needs: { ovsdb, bridges: neutronBridges, local: localVlan, firewall: firewallKind },
  derive({ ovsdb: db, bridges, local, firewall: { kind } }, { subject, host }): Parsed<readonly Row[]> {
    if (kind !== 'flows') return fact([])
    const own = new Set(subject.dhcpPorts.filter((port) => port.host === host).map(({ id }) => id))
    const ports = db.bridges.find(({ name }) => name === bridges.integration)?.ports ?? []
    const found = ports.flatMap((p) => p.interfaces).filter((i) => own.has(i.externalIds.get('iface-id') ?? ''))
    return fact(
      found.flatMap(({ ofport = -1 }) =>
        ofport > 0
          ? trustedForms({ ofport, local: local.id }).map(({ form }) => ({ bridge: bridges.integration, form, why }))
          : [],
      ),
    )
  },
})

const why = say('What the DHCP server sends would not get out of br-int.', 'DHCP 服务器发出的报文出不了 br-int。')

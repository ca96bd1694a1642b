import type { Evidence } from '../../core/answer.ts'
import { derived, fact, type Parsed, problem } from '../../core/probe.ts'
import type { FlowTable } from '../../openflow/flow.ts'
import { type Ovsdb, type OvsPort, ovsdb } from '../ovs/ovsdb.ts'
import { integrationFlows } from './flows.ts'
import { DEAD_VLAN } from './local-vlan.ts'

/** Whether the agent has wired this subject's ports on this host: the VM's, and the network's DHCP port. */
export interface PortsWired {
  readonly all: boolean
  readonly evidence: readonly Evidence[]
}

export const portsWired = derived({
  id: 'ports-wired',
  needs: { ovsdb, flows: integrationFlows },
  derive({ ovsdb: db, flows }, { subject, host }): Parsed<PortsWired> {
    const wanted = new Set([
      ...(subject.compute === host ? [subject.port.id] : []),
      ...subject.dhcpPorts.filter((p) => p.host === host).map((p) => p.id),
    ])
    const ports = portsOf(db, wanted)
    if (ports.length === 0) return problem(`none of the VM's ports is on ${host}`, `${host} 上没有相关端口`)
    const bare = ports.filter((p) => !isWired(p, flows))
    return fact({ all: bare.length === 0, evidence: (bare.length > 0 ? bare : ports).map((p) => p.source) })
  },
})

const portsOf = (db: Ovsdb, wanted: ReadonlySet<string>) =>
  db.bridges
    .flatMap((b) => b.ports)
    .filter((p) => p.interfaces.some((i) => wanted.has(i.externalIds.get('iface-id') ?? '')))

const isWired = (port: OvsPort, flows: FlowTable) =>
  port.tag !== undefined && port.tag !== DEAD_VLAN && flows.flows.some((f) => f.table === 23)

import { derived, fact, type Parsed, problem } from '../../core/probe.ts'
import { type OvsPort, ovsdb } from '../ovs/ovsdb.ts'
import { isDown, ovsAgent } from './agent-state.ts'

/** This subject's ports on a host: those that an agent which runs has not come to, and the others. */
export interface Neglected {
  readonly ports: readonly OvsPort[]
  readonly others: readonly OvsPort[]
}

export const neglected = derived({
  id: 'neglected-ports',
  needs: { ovsdb, agent: ovsAgent },
  derive({ ovsdb: db, agent }, { subject, host }): Parsed<Neglected> {
    const ids = new Set([
      ...(subject.compute === host ? [subject.port.id] : []),
      ...subject.dhcpPorts.filter((p) => p.host === host).map((p) => p.id),
    ])
    const mine = db.bridges
      .flatMap((b) => b.ports)
      .filter((p) => p.interfaces.some((i) => ids.has(i.externalIds.get('iface-id') ?? '') && i.ofport !== -1))
    if (mine.length === 0) return problem(`none of the VM's ports is on ${host}`, `${host} 上没有相关端口`)
    const isNeglected = (port: OvsPort) => !isDown(agent) && isUntouched(port)
    return fact({ ports: mine.filter(isNeglected), others: mine.filter((p) => !isNeglected(p)) })
  },
})

/** Neither a VLAN nor the agent's note on which one it will be. */
export const isUntouched = ({ tag, otherConfig }: OvsPort): boolean =>
  tag === undefined && otherConfig.get('tag') === undefined

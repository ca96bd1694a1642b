import { derived, fact, maybe, type Parsed } from '../../core/probe.ts'
import { dhcpAgent, isDown } from './agent-state.ts'
import { dhcpService } from './dhcp-service.ts'

/**
 * True where the DHCP agent of a host runs, and its host would all the same not answer this VM: then something keeps it
 * from its work.
 */
export const idleDhcpAgent = derived({
  id: 'idle-dhcp-agent',
  needs: { agent: dhcpAgent, service: maybe(dhcpService) },
  derive({ agent, service }, { subject }): Parsed<boolean> {
    const isWanted = subject.subnets.some((subnet) => subnet.dhcp)
    const starting = (agent.process?.age ?? 0) < STARTING
    return fact(isWanted && !isDown(agent) && !starting && service.ok && !service.fact.serves)
  },
})

/** Seconds. */
const STARTING = 10

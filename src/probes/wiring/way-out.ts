import { derived, fact, maybe, type Parsed, problem } from '../../core/probe.ts'
import { isTunnelled } from '../../core/subject.ts'
import { agentConfigs } from '../agents/config.ts'
import { provider } from './provider.ts'

/** The bridge by which packets of the VM's network leave a host. */
export const wayOut = derived({
  id: 'way-out',
  needs: { provider: maybe(provider), configs: maybe(agentConfigs) },
  derive({ provider: p, configs }, { subject }): Parsed<string> {
    if (!isTunnelled(subject)) return p.ok ? fact(p.fact.name) : p
    const config = configs.ok ? configs.fact['neutron-openvswitch-agent'] : undefined
    if (!config) return problem('the agent is not known', '不知道 agent')
    const named = config.ok ? config.fact.options.get('ovs/tunnel_bridge')?.value : undefined
    return fact(named ?? 'br-tun')
  },
})

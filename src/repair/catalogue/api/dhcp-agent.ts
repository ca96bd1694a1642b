import { API } from '../../../core/answer.ts'
import { say } from '../../../core/lang.ts'
import { networksOfDhcpAgentPath } from '../../../core/paths.ts'
import { fact, problem } from '../../../core/probe.ts'
import type { Kind } from '../operation.ts'
import { isUuid } from '../names.ts'
import { membersOf } from './reply.ts'

/** `openstack network agent add|remove network --dhcp AGENT NETWORK` */
export const dhcpAgent: Kind = (run) => {
  const [agent = '', network = ''] = run.slice(-2)
  const verb = run[3] ?? ''
  const isAdd = verb === 'add'
  if (run.length !== 8 || !isUuid(agent) || !isUuid(network) || !(isAdd || verb === 'remove')) return undefined
  const command = (v: string) => ['openstack', 'network', 'agent', v, 'network', '--dhcp', agent, network]
  if (command(verb).join(' ') !== run.join(' ')) return undefined
  const makes = isAdd ? 'hosted' : 'not hosted'
  const path = networksOfDhcpAgentPath(agent)
  return {
    touches: say(`the networks of DHCP agent ${agent}`, `dhcp agent ${agent} 承载的网络`),
    looks: [{ argv: ['GET', 'network', path] }],
    state: ([text = '']) => {
      const all = membersOf(text, 'networks')
      if (!all) return problem('the API shows no networks of the agent', 'API 没有返回该 agent 的网络')
      return fact(all.some(({ id }) => id === network) ? 'hosted' : 'not hosted')
    },
    makes,
    isDone: (now) => now === makes,
    undo: (before) => (before === makes ? undefined : command(isAdd ? 'remove' : 'add')),
    change: isAdd
      ? { on: API, method: 'POST', path, body: { network_id: network } }
      : { on: API, method: 'DELETE', path: `${path}/${network}` },
  }
}

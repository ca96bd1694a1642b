import { API } from '../../../core/answer.ts'
import { say } from '../../../core/lang.ts'
import { agentsOfHostPath, portPath } from '../../../core/paths.ts'
import { fact, problem } from '../../../core/probe.ts'
import type { Kind } from '../operation.ts'
import { isUuid } from '../names.ts'
import { memberOf, membersOf } from './reply.ts'

const HOST = /^[\w][\w.-]{0,252}$/

/**
 * `openstack port set --host HOST UUID` for a port that is on this host and is not bound: ML2 then binds it again
 * (Neutron, `Ml2Plugin._bind_port_if_needed`). A port that is bound somewhere is not moved.
 */
export const bindPort: Kind = ([program, thing, verb, option, host = '', id, ...more]) => {
  if (program !== 'openstack' || thing !== 'port' || verb !== 'set' || option !== '--host') return undefined
  if (more.length > 0 || !HOST.test(host) || !isUuid(id)) return undefined
  return {
    touches: say(`the binding of port ${id}`, `端口 ${id} 的绑定`),
    looks: [{ argv: ['GET', 'network', portPath(id)] }],
    state: ([text = '']) => {
      const port = memberOf(text, 'port')
      const [on, type] = [port?.['binding:host_id'], port?.['binding:vif_type']]
      if (typeof on !== 'string' || typeof type !== 'string')
        return problem('the API shows no binding (only to administrators)', 'API 没有返回绑定信息（仅管理员可见）')
      return fact(`${on} ${type}`)
    },
    isDone: (now) => now.startsWith(`${host} `) && isBound(now),
    undo: () => undefined,
    forbids: (before) =>
      before.startsWith(`${host} `) && !isBound(before)
        ? undefined
        : say(
            `the port is ${before}: only an unbound port of ${host} is bound again`,
            `端口当前为 ${before}：只重新绑定 ${host} 上未绑定的端口`,
          ),
    // Bound while it counts as dead, the port would fail again.
    needs: {
      looks: [{ argv: ['GET', 'network', agentsOfHostPath(host)] }],
      state: ([text = '']) =>
        membersOf(text, 'agents')?.some(isLiveSwitchAgent)
          ? fact('alive')
          : problem(
              `Neutron has no heartbeat of an Open vSwitch agent on ${host}`,
              `Neutron 没有收到 ${host} 上 Open vSwitch agent 的心跳`,
            ),
    },
    change: { on: API, method: 'PUT', path: portPath(id), body: { port: { 'binding:host_id': host } } },
  }
}

const isBound = (state: string) => !/ (?:binding_failed|unbound)$/.test(state)
const isLiveSwitchAgent = ({ binary, alive }: Readonly<Record<string, unknown>>) =>
  binary === 'neutron-openvswitch-agent' && alive === true

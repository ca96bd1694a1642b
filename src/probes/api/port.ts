import type { Evidence } from '../../core/answer.ts'
import { fromAnswer } from '../../core/parse-answers.ts'
import { cloudProbe, fact, get, type Parsed, problem } from '../../core/probe.ts'
import { portPath } from '../../core/paths.ts'
import { flagOf, listIn, oneOf, textOf } from './body.ts'

/** Neutron's port, as far as it decides about the VM's packets. */
export interface ApiPort {
  readonly adminUp: boolean
  readonly status: string
  /** `ovs`, `unbound`, `binding_failed`, …; absent for a user without admin rights. */
  readonly vifType?: string
  /** False where Neutron is told not to filter the port at all. Absent where the cloud has no such extension. */
  readonly portSecurity?: boolean
  /** Security groups by id; absent where the cloud has none. */
  readonly groups?: readonly string[]
  /** Other addresses that the VM may use; without a MAC it is the port's own. `ip` can be a CIDR. */
  readonly allowedPairs: readonly { readonly ip: string; readonly mac?: string }[]
  readonly cite: (field: string) => Evidence
}

export const apiPort = cloudProbe<ApiPort>({
  id: 'port',
  asks: ({ subject }) => (subject.fromApi ? [get('network', portPath(subject.port.id))] : []),
  parse: ([answer]): Parsed<ApiPort> =>
    fromAnswer(answer, (a) => {
      const port = oneOf(a, 'port')
      if (!port.ok) return port
      const adminUp = flagOf(port.fact, 'admin_state_up')
      const status = textOf(port.fact, 'status')
      if (adminUp === undefined || status === undefined)
        return problem('no admin_state_up or status in the port', '端口信息中没有 admin_state_up 或 status')
      const vifType = textOf(port.fact, 'binding:vif_type')
      const portSecurity = flagOf(port.fact, 'port_security_enabled')
      const { cite, body } = port.fact
      const listed = body.security_groups
      return fact({
        adminUp,
        status,
        ...(vifType ? { vifType } : {}),
        ...(portSecurity === undefined ? {} : { portSecurity }),
        ...(Array.isArray(listed) ? { groups: listed.map(String) } : {}),
        allowedPairs: listIn(port.fact, 'allowed_address_pairs', a).flatMap((pair) => {
          const [ip, mac] = [textOf(pair, 'ip_address'), textOf(pair, 'mac_address')]
          return ip === undefined ? [] : [{ ip, ...(mac === undefined ? {} : { mac: mac.toLowerCase() }) }]
        }),
        cite,
      })
    }),
})

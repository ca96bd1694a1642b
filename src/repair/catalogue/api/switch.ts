import { API } from '../../../core/answer.ts'
import { say } from '../../../core/lang.ts'
import { networkPath, portPath, subnetPath } from '../../../core/paths.ts'
import { fact, problem } from '../../../core/probe.ts'
import type { Kind } from '../operation.ts'
import { isUuid } from '../names.ts'
import { memberOf } from './reply.ts'

/** What `openstack THING set --OPTION UUID` switches. */
const switches = {
  port: { on: '--enable', off: '--disable', field: 'admin_state_up', path: portPath },
  network: { on: '--enable', off: '--disable', field: 'admin_state_up', path: networkPath },
  subnet: { on: '--dhcp', off: '--no-dhcp', field: 'enable_dhcp', path: subnetPath },
} as const

/** `openstack port|network set --enable|--disable UUID`, `openstack subnet set --dhcp|--no-dhcp UUID` */
export const apiSwitch: Kind = (run) => {
  const [program, thing, verb, option, id, ...more] = run
  if (program !== 'openstack' || verb !== 'set' || more.length > 0 || !isUuid(id)) return undefined
  if (thing !== 'port' && thing !== 'network' && thing !== 'subnet') return undefined
  const { on, off, field, path } = switches[thing]
  if (option !== on && option !== off) return undefined
  const value = option === on
  const makes = `${field}=${value}`
  return {
    touches: say(`${field} of ${thing} ${id}`, `${thing} ${id} 的 ${field}`),
    looks: [{ argv: ['GET', 'network', path(id)] }],
    state: ([text = '']) => {
      const now = memberOf(text, thing)?.[field]
      return typeof now === 'boolean'
        ? fact(`${field}=${now}`)
        : problem(`the API shows no ${field}`, `API 没有返回 ${field}`)
    },
    makes,
    isDone: (now) => now === makes,
    undo: (before) => (before === makes ? undefined : ['openstack', thing, 'set', value ? off : on, id]),
    change: { on: API, method: 'PUT', path: path(id), body: { [thing]: { [field]: value } } },
  }
}

import { say } from '../../core/lang.ts'
import { fact, problem } from '../../core/probe.ts'
import { pairsOf } from '../../core/scan.ts'
import type { Kind } from './operation.ts'

/** Services of Neutron and Open vSwitch, whatever a distribution or DevStack calls them. */
export const UNIT =
  /^(?:neutron-[\w-]+|openvswitch[\w-]*|ovs-[\w-]+|ovsdb-server|devstack@(?:q|neutron)-[\w-]+)\.service$/

const words = {
  start: say('starts', '启动'),
  stop: say('stops', '停止'),
  restart: say('restarts', '重启'),
}

/** `systemctl start|restart|stop UNIT` */
export const unit: Kind = ([program, verb, name, ...more]) => {
  if (program !== 'systemctl' || more.length > 0 || name === undefined || !UNIT.test(name)) return undefined
  if (verb !== 'start' && verb !== 'restart' && verb !== 'stop') return undefined
  return {
    touches: say(`${words[verb].en} ${name}`, `${words[verb].zh} ${name}`),
    looks: [{ argv: ['systemctl', 'show', '-p', 'LoadState,ActiveState,InvocationID', name] }],
    state: ([text = '']) => {
      const shown = new Map(pairsOf(text.trim(), '\n'))
      if (shown.get('LoadState') !== 'loaded') return problem(`there is no unit ${name}`, `没有 ${name} 这个 unit`)
      return fact(`${shown.get('ActiveState')} ${shown.get('InvocationID') ?? ''}`.trim())
    },
    isDone: (now, before) => {
      if (verb === 'stop') return !isActive(now)
      return isActive(now) && (verb === 'start' || now !== before)
    },
    undo: (before) => {
      // Open vSwitch's processes stop with their database, and every VM of the host with them.
      if (verb === 'start' && !isActive(before)) return name === DATABASE ? undefined : ['systemctl', 'stop', name]
      return verb === 'stop' && isActive(before) ? ['systemctl', 'start', name] : undefined
    },
    forbids: (before) =>
      verb === 'start' && isActive(before)
        ? say(`${name} is active already: starting it does nothing.`, `${name} 已处于 active 状态：再启动没有作用。`)
        : undefined,
  }
}

const DATABASE = 'ovsdb-server.service'
const isActive = (state: string) => /^(?:active|reloading)\b/.test(state)

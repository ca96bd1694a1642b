import { say } from '../../core/lang.ts'
import { fact, problem } from '../../core/probe.ts'
import { deviceIn, isName } from './names.ts'
import type { Kind } from './operation.ts'

const BYTES = /^[1-9]\d{2,4}$/
const NAMESPACE = /^q(?:dhcp|router)-[\w-]{1,64}$/

/** `[ip netns exec NAMESPACE] ip link set DEVICE up|down` */
export const link: Kind = (run) => {
  const prefix = run[1] === 'netns' ? run.slice(0, 4) : []
  const [program, object, verb, device, to, ...more] = run.slice(prefix.length)
  if (program !== 'ip' || object !== 'link' || verb !== 'set' || more.length > 0) return undefined
  if (!isName(device) || (to !== 'up' && to !== 'down')) return undefined
  if (prefix.length > 0 && !isNamespace(prefix)) return undefined
  return {
    touches: say(`whether ${device} is up`, `${device} 的 up/down 状态`),
    looks: [{ root: prefix.length > 0, argv: [...prefix, 'ip', '-j', 'link', 'show', 'dev', device] }],
    state: ([text = '']) => {
      const flags = deviceIn(text)?.flags
      if (!Array.isArray(flags)) return problem(`no device ${device}`, `没有设备 ${device}`)
      return fact(flags.includes('UP') ? 'up' : 'down')
    },
    isDone: (now) => now === to,
    undo: (before) => (before === to ? undefined : [...prefix, 'ip', 'link', 'set', device, before]),
  }
}

/** `ip link set DEVICE mtu BYTES` */
export const linkSize: Kind = (run) => {
  const [program, object, verb, device, what, bytes = '', ...more] = run
  if (program !== 'ip' || object !== 'link' || verb !== 'set' || what !== 'mtu' || more.length > 0) return undefined
  if (!isName(device) || !BYTES.test(bytes)) return undefined
  return {
    touches: say(`the MTU of ${device}`, `${device} 的 MTU`),
    looks: [{ root: false, argv: ['ip', '-j', 'link', 'show', 'dev', device] }],
    state: ([text = '']) => {
      const mtu = deviceIn(text)?.mtu
      return typeof mtu === 'number' ? fact(String(mtu)) : problem(`no device ${device}`, `没有设备 ${device}`)
    },
    isDone: (now) => now === bytes,
    undo: (before) => (before === bytes ? undefined : ['ip', 'link', 'set', device, 'mtu', before]),
  }
}

const isNamespace = ([ip, netns, exec, name = '']: readonly string[]) =>
  ip === 'ip' && netns === 'netns' && exec === 'exec' && NAMESPACE.test(name)

import { type Say, say } from '../../core/lang.ts'
import { fact, problem } from '../../core/probe.ts'
import { deviceIn, isName } from './names.ts'
import type { Kind, Operation } from './operation.ts'

const BYTES = /^[1-9]\d{2,4}$/
const NAMESPACE = /^q(?:dhcp|router)-[\w-]{1,64}$/

/** `[ip netns exec NAMESPACE] ip link set DEVICE up|down` */
export const link: Kind = (run) => {
  const prefix = run[1] === 'netns' ? run.slice(0, 4) : []
  const [program, object, verb, device, to, ...more] = run.slice(prefix.length)
  if (program !== 'ip' || object !== 'link' || verb !== 'set' || more.length > 0) return undefined
  if (!isName(device) || (to !== 'up' && to !== 'down')) return undefined
  if (prefix.length > 0 && !isNamespace(prefix)) return undefined
  return setting({
    ...{ prefix, device, words: [], to },
    touches: say(`whether ${device} is up`, `${device} 的 up/down 状态`),
    read: ({ flags }) => (Array.isArray(flags) ? (flags.includes('UP') ? 'up' : 'down') : undefined),
  })
}

/** `ip link set DEVICE mtu BYTES` */
export const linkSize: Kind = (run) => {
  const [program, object, verb, device, what, bytes = '', ...more] = run
  if (program !== 'ip' || object !== 'link' || verb !== 'set' || what !== 'mtu' || more.length > 0) return undefined
  if (!isName(device) || !BYTES.test(bytes)) return undefined
  return setting({
    ...{ prefix: [], device, words: ['mtu'], to: bytes },
    touches: say(`the MTU of ${device}`, `${device} 的 MTU`),
    read: ({ mtu }) => (typeof mtu === 'number' ? String(mtu) : undefined),
  })
}

interface Setting {
  readonly prefix: readonly string[]
  readonly device: string
  /** Between the device and the value. */
  readonly words: readonly string[]
  readonly to: string
  readonly touches: Say
  /** The value that there is now, of what `ip -j link show` tells of the device. */
  readonly read: (device: Readonly<Record<string, unknown>>) => string | undefined
}

const setting = ({ prefix, device, words, to, touches, read }: Setting): Operation => ({
  touches,
  looks: [{ root: prefix.length > 0, argv: [...prefix, 'ip', '-j', 'link', 'show', 'dev', device] }],
  state: ([text = '']) => {
    const value = read(deviceIn(text) ?? {})
    return value === undefined ? problem(`no device ${device}`, `没有设备 ${device}`) : fact(value)
  },
  isDone: (now) => now === to,
  undo: (before) => (before === to ? undefined : [...prefix, 'ip', 'link', 'set', device, ...words, before]),
})

const isNamespace = ([ip, netns, exec, name = '']: readonly string[]) =>
  ip === 'ip' && netns === 'netns' && exec === 'exec' && NAMESPACE.test(name)

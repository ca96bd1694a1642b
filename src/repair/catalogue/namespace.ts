import { say } from '../../core/lang.ts'
import { fact } from '../../core/probe.ts'
import type { Kind } from './operation.ts'

const NAMESPACE = /^qdhcp-[\w-]{1,64}$/

/** What the kernel calls the file system of a namespace's mount, in statfs(2). */
const REAL = 'nsfs'

/** `ip netns delete NAMESPACE`: only the name, where no namespace is behind it. That file stands for nothing: there is nothing to take back. */
export const hollowName: Kind = ([program, object, verb, name, ...more]) => {
  if (program !== 'ip' || object !== 'netns' || verb !== 'delete' || more.length > 0) return undefined
  if (name === undefined || !NAMESPACE.test(name)) return undefined
  return {
    touches: say(`the file /run/netns/${name}`, `文件 /run/netns/${name}`),
    // 1: there is no such file.
    looks: [{ argv: ['stat', '-f', '-c', '%T', `/run/netns/${name}`], okExits: [0, 1] }],
    state: ([text = '']) => fact(text.trim()),
    isDone: (now, before) => now !== before || now === '',
    undo: () => undefined,
    forbids: (before) =>
      before === REAL
        ? say(`${name} is a namespace, and in use by its agent.`, `${name} 是真实的 namespace，agent 正在使用。`)
        : undefined,
  }
}

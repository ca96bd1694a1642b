import { createServer } from 'node:net'
import { say } from '../../core/lang.ts'
import { RepairError } from '../error.ts'
import { hashOf } from './chain.ts'

/**
 * Makes this process the only one that writes a journal: by an abstract socket, which the kernel takes back when the
 * process dies, however. Linux only.
 */
export function claim(path: string): Promise<() => void> {
  const server = createServer((client) => client.destroy())
  return new Promise((resolve, reject) => {
    server.on('error', () => reject(new RepairError(busy(path))))
    server.listen({ path: `\0oldhand-journal-${hashOf(path).slice(0, 32)}` }, () => {
      server.unref()
      resolve(() => void server.close())
    })
  })
}

const busy = (path: string) =>
  say(
    `Another oldhand fix or undo is writing ${path}: wait for it.`,
    `另一个 oldhand fix 或 undo 正在写 ${path}：请等它结束。`,
  )

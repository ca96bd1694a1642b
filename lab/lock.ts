import { connect, createServer } from 'node:net'
import { LabError } from './failure.ts'
import { say } from './say.ts'

/** An abstract socket: the kernel lets one process hold it, and takes it back when that process dies, however. */
const address = { path: '\0oldhand-lab' }

interface Holder {
  readonly pid: number
  readonly verb: string
  readonly since: string
}

/** Runs the work while no other process changes the lab. */
export async function exclusively<T>(verb: string, work: () => Promise<T>): Promise<T> {
  const release = await acquire({ pid: process.pid, verb, since: new Date().toISOString() })
  try {
    return await work()
  } finally {
    release()
  }
}

function acquire(holder: Holder): Promise<() => void> {
  const server = createServer((client) => client.end(JSON.stringify(holder)))
  return new Promise((resolve, reject) => {
    server.on('error', () => void describeHolder().then((text) => reject(new LabError(text))))
    server.listen(address, () => resolve(() => void server.close()))
  })
}

async function describeHolder(): Promise<string> {
  const holder = await askHolder()
  if (!holder) return say('another oldhand lab command is at work', '另一个 oldhand lab 命令正在运行')
  return say(
    `\`oldhand lab ${holder.verb}\` (process ${holder.pid}) is at work since ${holder.since}; wait for it or stop it`,
    `\`oldhand lab ${holder.verb}\`(进程 ${holder.pid})自 ${holder.since} 起正在运行,请等待或先停止它`,
  )
}

function askHolder(): Promise<Holder | undefined> {
  return new Promise((resolve) => {
    const socket = connect(address)
    let text = ''
    socket.setTimeout(1000, () => socket.destroy())
    socket.on('data', (chunk) => (text += chunk.toString()))
    socket.on('error', () => resolve(undefined))
    socket.on('close', () => resolve(text ? (JSON.parse(text) as Holder) : undefined))
  })
}

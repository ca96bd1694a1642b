import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'

/** One open connection to a daemon's control socket: what `ovs-appctl` does, without a process for each call. */
export interface Unixctl {
  /** The answer's text; rejects with the daemon's own words. */
  call(method: string, ...params: readonly string[]): Promise<string>
  close(): void
}

export async function connectUnixctl(path: string): Promise<Unixctl> {
  const socket = createConnection(path)
  await once(socket, 'connect')
  let turn: Promise<unknown> = Promise.resolve()
  let id = 0
  return {
    call(method, ...params) {
      // The daemon serves one request at a time, so calls queue here, where their answers cannot be mixed up.
      const answer = turn.then(() => exchange(socket, { method, params, id: id++ }))
      turn = answer.catch(() => undefined)
      return answer
    },
    close: () => socket.destroy(),
  }
}

const PATIENCE_MS = 20_000

function exchange(socket: Socket, request: object): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const done = (settle: () => void) => {
      clearTimeout(late)
      socket.off('data', read).off('close', gone).off('error', gone)
      settle()
    }
    // A trace can recirculate without end, and the daemon then never answers anybody again.
    const late = setTimeout(() => socket.destroy(), PATIENCE_MS)
    const gone = () =>
      done(() => reject(new Error(`${JSON.stringify(request)}: no answer, the control socket is closed`)))
    const read = (chunk: Buffer) => {
      text += chunk.toString('latin1')
      const reply = wholeReply(text)
      if (!reply) return
      done(() => (reply.error === null ? resolve(reply.result ?? '') : reject(new Error(reply.error))))
    }
    socket.on('data', read).on('close', gone).on('error', gone)
    if (socket.destroyed) gone()
    else socket.write(JSON.stringify(request))
  })
}

interface Reply {
  readonly result: string | null
  readonly error: string | null
}

/** Replies follow each other with nothing between them: one is whole when it parses. */
function wholeReply(text: string): Reply | undefined {
  if (!text.endsWith('}')) return undefined
  try {
    return JSON.parse(text) as Reply
  } catch {
    return undefined
  }
}

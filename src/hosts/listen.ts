import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { Answer, Ask } from '../core/answer.ts'
import { say } from '../core/lang.ts'
import type { Hearing, Listening } from '../core/transport.ts'
import { answerOf } from './answer-of.ts'
import { quoteArgv } from './quote.ts'
import { PREAMBLE } from './script.ts'
import { DRAIN_MS, type Session } from './session.ts'

/** Runs one command on a host and hands on what it writes while it writes it. Never rejects. */
export function listen(session: Session, ask: Ask, { sign, onBytes }: Hearing): Listening {
  const nonce = `oldhand-${randomBytes(12).toString('hex')}`
  const started = performance.now()
  const [program, ...args] = session.argv
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  let stderr = ''
  let begin: (is: boolean) => void = () => {}
  const ready = new Promise<boolean>((resolve) => (begin = resolve))
  const stop = () => void (child.pid !== undefined && quietKill(child.pid))
  const late = setTimeout(stop, session.deadlineMs)
  child.stdout.on('data', (chunk: Buffer) => onBytes(chunk))
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
    if (stderr.includes(sign)) begin(true)
  })
  const answer = new Promise<Answer>((resolve) => {
    const finish = (exit: number | null, message = '') => {
      clearTimeout(late)
      begin(false)
      resolve(answerTo(ask, session, { nonce, stderr: stderr + message, exit, ms: performance.now() - started }))
    }
    child.on('error', (error) => finish(null, error.message))
    // A background master of ssh may keep the pipes open for ever.
    child.on('exit', (exit) => setTimeout(() => finish(exit), DRAIN_MS))
  })
  child.stdin.on('error', () => {})
  child.stdin.end(`${PREAMBLE}\necho ${nonce} >&2\nexec ${ask.root ? '$S ' : ''}${quoteArgv(ask.argv)} </dev/null\n`)
  return { ready, answer, stop }
}

interface Ended {
  readonly nonce: string
  readonly stderr: string
  readonly exit: number | null
  readonly ms: number
}

function answerTo(ask: Ask, session: Session, { nonce, stderr, exit, ms }: Ended): Answer {
  const [preface = '', own] = stderr.split(`${nonce}\n`)
  if (own === undefined) return answerOf(ask, undefined, session.explain(preface, exit))
  const frame = { stdout: '', stderr: own, end: { exit: exit ?? 0, filters: [], ms: Math.round(ms) } }
  const hungUp = { reason: 'unreachable' as const, detail: say('the session ended early', '会话提前结束') }
  return answerOf(ask, exit === null ? { stdout: '', stderr: own } : frame, hungUp)
}

function quietKill(pid: number): void {
  try {
    process.kill(-pid, 'SIGTERM')
  } catch {
    // It has ended by itself in the meantime.
  }
}

import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { Answer, Ask } from '../core/answer.ts'
import type { Failure } from '../core/failure.ts'
import { say } from '../core/lang.ts'
import { answerOf } from './answer-of.ts'
import { scriptOf } from './script.ts'
import { unframe } from './unframe.ts'

export interface Session {
  /** The program that runs a shell on the host and feeds it our script: `sh -s`, or ssh with it. */
  readonly argv: readonly [string, ...string[]]
  readonly commandDeadlineMs: number
  /** Until the shell speaks. */
  readonly connectDeadlineMs: number
  /** For the whole session. */
  readonly deadlineMs: number
  /** What the program itself says about why there was no shell. */
  readonly explain: (stderr: string, exit: number | null) => Failure
  /** Is told all of standard error each time that more of it has come. */
  readonly onStderr?: (stderr: string) => void
}

/** Asks all questions of one host in one session. Never rejects. */
export async function runSession(session: Session, asks: readonly Ask[]): Promise<readonly Answer[]> {
  const nonce = `oldhand-${randomBytes(12).toString('hex')}`
  const ended = await runShell(session, scriptOf(asks, nonce, session.commandDeadlineMs), nonce)
  const { began, preface, frames } = unframe(ended.stdout, ended.stderr, { nonce, count: asks.length })
  const lost = lostBecause(session, ended, began ? undefined : preface)
  return asks.map((ask, i) => answerOf(ask, frames[i], lost))
}

interface Ended {
  readonly stdout: string
  readonly stderr: string
  readonly exit: number | null
  readonly late?: 'connect' | 'whole'
}

function lostBecause(session: Session, ended: Ended, preface: string | undefined): Failure {
  if (ended.late === 'whole')
    return { reason: 'timeout', detail: say(`not answered before the deadline for everything`, `总时限内没有完成`) }
  if (preface === undefined) return { reason: 'unreachable', detail: say('the session ended early', '会话提前结束') }
  if (ended.late === 'connect')
    return {
      reason: 'unreachable',
      detail: say(
        `no shell within ${session.connectDeadlineMs / 1000} s: the host or its sshd does not answer`,
        `${session.connectDeadlineMs / 1000} 秒内没有登录成功：主机或 sshd 没有响应`,
      ),
    }
  return session.explain(preface, ended.exit)
}

/** How long what is in the pipes may take to arrive after the program has ended. A background master keeps them open. */
export const DRAIN_MS = 200

function runShell(session: Session, script: string, nonce: string): Promise<Ended> {
  return new Promise((resolve) => {
    const [program, ...args] = session.argv
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
    const out: Buffer[] = []
    const err: Buffer[] = []
    let late: Ended['late']
    let began = false
    const finish = (exit: number | null, message = ''): void => {
      clearTimeout(connecting)
      clearTimeout(whole)
      for (const stream of [child.stdout, child.stderr]) stream.destroy()
      resolve({ stdout: textOf(out), stderr: textOf(err) + message, exit, ...(late ? { late } : {}) })
    }
    const stop = (why: 'connect' | 'whole') => {
      late = why
      killGroup(child.pid)
    }
    const connecting = setTimeout(
      () => !began && stop('connect'),
      Math.min(session.connectDeadlineMs, session.deadlineMs),
    )
    const whole = setTimeout(() => stop('whole'), session.deadlineMs)
    child.stdout.on('data', (chunk: Buffer) => {
      out.push(chunk)
      // Only the very first bytes are looked at: an answer can be long.
      if (!began) began = textOf(out).includes(nonce)
    })
    child.stderr.on('data', (chunk: Buffer) => {
      err.push(chunk)
      session.onStderr?.(textOf(err))
    })
    child.on('error', (error) => finish(null, error.message))
    child.on('exit', (exit) => {
      const drained = setTimeout(() => finish(exit), DRAIN_MS)
      child.on('close', () => {
        clearTimeout(drained)
        finish(exit)
      })
    })
    // A host that hangs up while we still write: its exit tells why.
    child.stdin.on('error', () => {})
    child.stdin.end(script)
  })
}

const textOf = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString('utf8')

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself in the meantime.
  }
}

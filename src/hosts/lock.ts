import { spawn } from 'node:child_process'
import { type Failure, verbatim } from '../core/failure.ts'
import { say } from '../core/lang.ts'
import { quoteArgv } from './quote.ts'

export interface HostLock {
  /** Of the host, as it was told with the lock and has gone on since; never ahead of the true one. Seconds. */
  readonly uptime: () => number
  readonly isHeld: () => boolean
  readonly release: () => Promise<void>
}

/** No repair holds a host longer. Seconds. */
const LOCK_SECONDS = 900
/** A directory that every Linux host has and nobody else locks: nothing is created, and nothing is left. */
const LOCK_ON = '/run/lock'
const TAKEN = 75

/**
 * A lock on the host (flock(2)), held by a process there that reads from us: it ends with our process, with the
 * connection, and at the latest by its own deadline, whichever is first. No root is needed.
 */
export function takeLock(argv: readonly [string, ...string[]], owner: string): Promise<HostLock | Failure> {
  const [program, ...args] = argv
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  let said = ''
  let complaint = ''
  return new Promise((resolve) => {
    const patience = setTimeout(() => child.kill('SIGKILL'), 20_000)
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const uptime = HELD_AT.exec(said)?.[1]
      if (uptime === undefined) return
      clearTimeout(patience)
      resolve(lockOf(child, Number(uptime)))
    })
    child.on('error', (error) => resolve({ reason: 'unreachable', detail: verbatim(error.message) }))
    child.on('close', (exit) => {
      clearTimeout(patience)
      resolve(refusal(exit, said, complaint))
    })
    child.stdin.on('error', () => {})
    child.stdin.write(scriptFor(owner))
  })
}

const HELD = 'oldhand-lock-held'
const HELD_AT = new RegExp(`${HELD} ([\\d.]+)\n`)

// Read whole before it runs: what follows on standard input is for `cat`, which ends when there is no more.
const scriptFor = (owner: string) =>
  `{ ${[
    'export LC_ALL=C',
    quoteArgv([
      ...['flock', '-n', '-E', String(TAKEN), LOCK_ON, 'timeout', '-k', '1', String(LOCK_SECONDS)],
      ...['sh', '-c', `read -r U R </proc/uptime; echo ${HELD} $U; exec cat >/dev/null`, 'oldhand-repair', owner],
    ]),
    'R=$?',
    `[ $R != ${TAKEN} ] || ps -eo args | sed -n 's/^flock .* oldhand-repair //p' | head -n 1`,
    'exit $R',
  ].join('; ')}; }\n`

function lockOf(child: ReturnType<typeof spawn>, uptime: number): HostLock {
  const at = performance.now()
  const isHeld = () => child.exitCode === null && child.signalCode === null
  return {
    isHeld,
    uptime: () => uptime + (performance.now() - at) / 1000,
    release: () =>
      new Promise((resolve) => {
        if (!isHeld()) return resolve()
        child.once('exit', () => resolve())
        child.stdin?.end()
      }),
  }
}

function refusal(exit: number | null, said: string, complaint: string): Failure {
  if (exit !== TAKEN) return { reason: 'unreachable', detail: verbatim(complaint.trim() || `exit ${exit}`) }
  const owner = said.trim()
  return {
    reason: 'denied',
    detail: say(
      `another repair is at work there${owner && `: ${owner}`}`,
      `另一个修复正在该主机上进行${owner && `：${owner}`}`,
    ),
  }
}

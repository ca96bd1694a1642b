import { spawn } from 'node:child_process'
import { LabError } from './failure.ts'
import { isInterrupted } from './interrupt.ts'

export interface Outcome {
  /** Exit status; 124 when the time ran out, 127 when there is no such program. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface ExecOptions {
  readonly timeoutMs?: number
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a program and returns whatever came of it; never throws for its failure. */
export function exec(argv: readonly string[], options: ExecOptions = {}): Promise<Outcome> {
  if (isInterrupted()) return Promise.resolve({ code: 130, stdout: '', stderr: 'interrupted' })
  const [program = '', ...args] = argv
  return new Promise((resolve) => {
    const child = spawn(program, args, { env: { ...process.env, ...options.env }, stdio: ['pipe', 'pipe', 'pipe'] })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    let timedOut = false
    let lingering: NodeJS.Timeout | undefined
    const timer = setTimeout(() => {
      timedOut = true
      child.kill('SIGKILL')
    }, options.timeoutMs ?? 60_000)
    const settle = (code: number, extra = ''): void => {
      clearTimeout(timer)
      clearTimeout(lingering)
      resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() + extra })
    }
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    child.on('error', (error) => settle(127, error.message))
    child.on('close', (code) => settle(timedOut ? 124 : (code ?? 137)))
    // A daemon that keeps our pipes open must not keep us waiting.
    child.on('exit', (code) => {
      lingering = setTimeout(() => settle(timedOut ? 124 : (code ?? 137)), 1000)
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input ?? '')
  })
}

/** Runs a program that has to succeed and returns its standard output. */
export async function must(argv: readonly string[], options: ExecOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await exec(argv, options)
  if (code === 0) return stdout
  throw new LabError(`${argv.join(' ')}: exit ${code}\n${(stderr || stdout).trim()}`)
}

import { spawn } from 'node:child_process'
import { LabError } from './failure.ts'
import { openLab } from './lab.ts'
import { findHost, opsNetns } from './names.ts'
import { say } from './say.ts'

/** A real ssh from where the operator sits, as root; resolves to its exit status. */
export async function sshInto(host: string, command: readonly string[]): Promise<number> {
  const { sshConfig } = await openLab()
  if (!findHost(host)) throw new LabError(say(`the lab has no host ${host}`, `实验环境中没有主机 ${host}`))
  const ssh = ['ssh', '-F', sshConfig, '-l', 'root', host, ...remoteCommand(command)]
  return new Promise((resolve, reject) => {
    const child = spawn('ip', ['netns', 'exec', opsNetns, ...ssh], { stdio: 'inherit' })
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 255))
  })
}

/** One word is a shell line, as ssh has it; several are kept apart through the remote shell. */
function remoteCommand(command: readonly string[]): readonly string[] {
  if (command.length < 2) return command
  return [command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')]
}

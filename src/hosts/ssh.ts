import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Failure, verbatim } from '../core/failure.ts'
import { type Say, say } from '../core/lang.ts'

/** The user's own OpenSSH: its configuration, jump hosts, agents, certificates and known hosts all count. */
export interface Ssh {
  readonly argv: (target: string) => readonly [string, ...string[]]
  /** Ends shared connections; those of a killed Oldhand end by themselves (ControlPersist). */
  readonly close: (targets: readonly string[]) => Promise<void>
}

export function openSsh(config: string | undefined): Ssh {
  // The path of a control socket has to stay under 108 bytes.
  const directory = mkdtempSync(join(tmpdir().length < 40 ? tmpdir() : '/tmp', 'oldhand-'))
  const options = [
    ...(config === undefined ? [] : ['-F', config]),
    ...[
      '-T',
      '-o',
      'BatchMode=yes',
      '-o',
      'ConnectTimeout=8',
      '-o',
      'ServerAliveInterval=5',
      '-o',
      'ServerAliveCountMax=2',
    ],
    ...['-o', 'ControlMaster=auto', '-o', 'ControlPersist=30', '-o', `ControlPath=${directory}/%C`],
  ]
  return {
    argv: (target) => ['ssh', ...options, '--', target, 'sh -s'],
    close: async (targets) => {
      await Promise.all(targets.map((target) => quietly(['ssh', ...options, '-O', 'exit', '--', target])))
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

const quietly = ([program = '', ...args]: readonly string[]) =>
  new Promise<void>((resolve) => {
    const child = spawn(program, args, { stdio: 'ignore' })
    child.on('error', () => resolve())
    child.on('exit', () => resolve())
  })

/** ssh's words as one clear sentence. */
export function explainSsh(target: string) {
  return (stderr: string, exit: number | null): Failure => {
    const last = stderr.trim().split('\n').at(-1)?.trim() ?? ''
    const known = explanations.find(([pattern]) => pattern.test(stderr))
    if (known)
      return {
        reason: known[1],
        detail: say(`ssh ${target}: ${last} (${known[2].en})`, `ssh ${target}：${last}（${known[2].zh}）`),
      }
    return { reason: 'unreachable', detail: verbatim(`ssh ${target}: ${last === '' ? `exit ${exit}` : last}`) }
  }
}

const explanations: readonly (readonly [RegExp, Failure['reason'], Say])[] = [
  [/ENOENT/, 'not installed', say('install the OpenSSH client', '请安装 OpenSSH 客户端')],
  [
    /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED/,
    'denied',
    say('add or correct its key in known_hosts', '请在 known_hosts 中添加或更正它的密钥'),
  ],
  [
    /Permission denied|Too many authentication failures/,
    'denied',
    say('check user and key: ssh -v', '检查用户和密钥：ssh -v'),
  ],
  [
    /Could not resolve hostname/,
    'unreachable',
    say('name it in ssh_config or --host-map', '请在 ssh_config 或 --host-map 中指定它'),
  ],
  [/Connection refused/, 'unreachable', say('is sshd running there?', '对端 sshd 是否在运行？')],
  [
    /timed out|Connection closed|No route to host|Network is unreachable/,
    'unreachable',
    say('is the host up, and its management network?', '主机和管理网络是否正常？'),
  ],
]

/** sshd's MaxStartups refused us for the moment: worth another try. */
export const isBusy = (failure: Failure | undefined): boolean =>
  failure !== undefined && /kex_exchange_identification|Connection reset by peer/.test(failure.detail.en)

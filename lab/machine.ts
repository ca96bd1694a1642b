import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { inCgroup } from './cgroups.ts'
import { exec, type ExecOptions, must, type Outcome } from './exec.ts'
import { LabError } from './failure.ts'
import { netnsPath, paths, prefix } from './names.ts'
import { waitFor } from './wait.ts'

export interface HostFile {
  readonly path: string
  readonly text: string
  readonly mode?: number
  /** Owner and group inside the host, by name; root when absent. */
  readonly owner?: string
}

export interface RootPlan {
  readonly name: string
  /** Uppermost first. */
  readonly layers: readonly string[]
  /** Where what the host writes goes. */
  readonly upper: string
  readonly files: readonly HostFile[]
  readonly masked: readonly string[]
}

/** Stacks the host's own layer on the shared ones and writes its files into it. */
export async function prepareRoot({ name, layers, upper, files, masked }: RootPlan): Promise<void> {
  const root = paths.hostRoot(name)
  const work = `${upper}.work`
  for (const folder of [upper, work, root]) await mkdir(folder, { recursive: true })
  const options = `lowerdir=${layers.join(':')},upperdir=${upper},workdir=${work}`
  await must(['mount', '-t', 'overlay', `${prefix}${name}`, '-o', options, root])
  for (const file of files) await writeInto(root, file)
  for (const unit of masked) await symlink('/dev/null', `${root}/etc/systemd/system/${unit}`).catch(ignoreExisting)
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}

async function writeInto(root: string, { path, text, mode, owner }: HostFile): Promise<void> {
  const target = `${root}${path}`
  await mkdir(dirname(target), { recursive: true })
  await writeFile(target, text)
  await must(['chmod', (mode ?? 0o644).toString(8), target])
  if (owner) await must(['chroot', root, 'chown', owner, path])
}

/** Starts systemd as the first process of the host. The host outlives this process. */
export function startMachine(name: string): void {
  const log = openSync(paths.console(name), 'a')
  const nspawn = [
    'systemd-nspawn',
    '--quiet',
    '--register=no',
    '--keep-unit',
    '--boot',
    '--console=read-only',
    '-D',
    paths.hostRoot(name),
    `--machine=${prefix}${name}`,
    `--hostname=${name}`,
    `--network-namespace-path=${netnsPath(name)}`,
    '--capability=all',
    '--system-call-filter=~',
    '--bind=/dev/net/tun',
    '--link-journal=no',
    '--resolv-conf=off',
    '--timezone=off',
  ]
  const [program = '', ...args] = inCgroup(name, nspawn)
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', log, log],
    // Without a writable /proc/sys the L3 agent cannot set a sysctl in its routers.
    env: { PATH: process.env['PATH'], SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'yes' },
  })
  child.unref()
  closeSync(log)
}

/** Waits until the host's systemd answers and has started what it should. */
export async function waitForBoot(name: string): Promise<void> {
  const booted = async (): Promise<true | undefined> => {
    const { stdout } = await onMachine(name, ['systemctl', 'is-active', 'multi-user.target'], { timeoutMs: 5000 })
    return stdout.trim() === 'active' ? true : undefined
  }
  await waitFor(`boot of ${name}`, booted, { seconds: 60 })
}

export async function onMachine(name: string, argv: readonly string[], options: ExecOptions = {}): Promise<Outcome> {
  const pid = await leaderOf(name)
  return exec(['nsenter', '-t', String(pid), '-m', '-u', '-i', '-n', '-p', '--', ...argv], options)
}

export async function mustOnMachine(name: string, argv: readonly string[], options: ExecOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await onMachine(name, argv, options)
  if (code === 0) return stdout
  throw new LabError(`${name}: ${argv.join(' ')}: exit ${code}\n${(stderr || stdout).trim()}`)
}

const leaders = new Map<string, number>()

/** The first process of the host, as the machine outside numbers it. */
async function leaderOf(name: string): Promise<number> {
  const known = leaders.get(name)
  if (known !== undefined && (await isFirstProcess(known))) return known
  const found = await findLeader(name)
  if (found === undefined) throw new LabError(`${name} is not running`)
  leaders.set(name, found)
  return found
}

async function findLeader(name: string): Promise<number | undefined> {
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const cmdline = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '')
    if (!cmdline.startsWith('systemd-nspawn\0') || !cmdline.includes(`\0--machine=${prefix}${name}\0`)) continue
    const children = await readFile(`/proc/${entry}/task/${entry}/children`, 'utf8').catch(() => '')
    for (const child of children.trim().split(' ').map(Number)) if (await isFirstProcess(child)) return child
  }
  return undefined
}

async function isFirstProcess(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return /^NSpid:\s+\d+\s+1$/m.test(status)
}

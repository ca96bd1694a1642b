import { accessSync, constants } from 'node:fs'
import { rm, stat, writeFile } from 'node:fs/promises'
import { exec, must } from './exec.ts'
import { LabError } from './failure.ts'
import { say } from './say.ts'

/** The outside programs that the lab runs, and the Debian package that has each. */
const packageOf: Readonly<Record<string, string>> = {
  mmdebstrap: 'mmdebstrap',
  'systemd-nspawn': 'systemd-container',
  'ovs-vsctl': 'openvswitch-switch',
  'ovs-vswitchd': 'openvswitch-switch',
  'ovsdb-server': 'openvswitch-switch',
  'ovsdb-tool': 'openvswitch-common',
  ip: 'iproute2',
  nsenter: 'util-linux',
  mount: 'mount',
  sysctl: 'procps',
  ethtool: 'ethtool',
  busybox: 'busybox',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  'apt-get': 'apt',
}

const folders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

function isInstalled(tool: string): boolean {
  return folders.some((folder) => {
    try {
      accessSync(`${folder}/${tool}`, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

const missingTools = (): string[] => Object.keys(packageOf).filter((tool) => !isInstalled(tool))

export async function ensureTools(install: boolean, progress: (line: string) => void): Promise<void> {
  requireRoot()
  const missing = missingTools()
  if (missing.length === 0) return
  if (!install) throw new LabError(describe(missing))
  const packages = packagesOf(missing)
  progress(say(`installing ${packages.join(' ')}`, `正在安装 ${packages.join(' ')}`))
  await installPackages(packages)
  const still = missingTools()
  if (still.length > 0) throw new LabError(describe(still))
}

export function requireRoot(): void {
  if (process.getuid?.() !== 0) throw new LabError(say('the lab needs root', '实验环境需要 root 权限'))
}

const packagesOf = (tools: readonly string[]): string[] => [...new Set(tools.map((tool) => packageOf[tool] ?? tool))]

function describe(missing: readonly string[]): string {
  const list = missing.map((tool) => `  ${tool} (${packageOf[tool]})`).join('\n')
  const command = `apt-get install ${packagesOf(missing).join(' ')}`
  return say(
    `missing on this machine (Debian package):\n${list}\nAdd --install, or: ${command}`,
    `本机缺少以下程序(Debian 软件包):\n${list}\n请加 --install,或执行:${command}`,
  )
}

const policy = '/usr/sbin/policy-rc.d'

/** No service shall start on the machine itself: the lab only needs the programs. */
async function installPackages(packages: readonly string[]): Promise<void> {
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const hasPolicy = await stat(policy).then(
    () => true,
    () => false,
  )
  if (!hasPolicy) await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    await exec(['apt-get', 'update'], { env, timeoutMs: 300_000 })
    await must(['apt-get', 'install', '-y', '--no-install-recommends', ...packages], { env, timeoutMs: 600_000 })
  } finally {
    if (!hasPolicy) await rm(policy, { force: true })
  }
}

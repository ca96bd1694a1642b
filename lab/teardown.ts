import { existsSync } from 'node:fs'
import { readdir, readFile, readlink, rm, rmdir, stat } from 'node:fs/promises'
import { cgroupProcesses, removeCgroups } from './cgroups.ts'
import { exec, must } from './exec.ts'
import { cacheDir, hosts, paths, prefix, stateDir } from './names.ts'
import { waitFor } from './wait.ts'

/** Whether anything of a lab, whole or half made, is on this machine. */
export async function somethingIsThere(): Promise<boolean> {
  if (existsSync(stateDir) || (await labNamespaces()).length > 0) return true
  return (await labProcesses()).length > 0
}

/** Removes whatever is there, going by what the machine shows and not by what a state file remembers. */
export async function teardown(): Promise<void> {
  await dismantle()
  await removeFiles()
}

/** Ends all that runs or is mounted; files stay. */
export async function dismantle(): Promise<void> {
  await endProcesses()
  await removeNspawnTraces()
  for (const mountPoint of await labMounts()) await must(['umount', mountPoint])
  for (const name of await labNamespaces()) await must(['ip', 'netns', 'delete', name])
  await removeEmptyNetnsMount()
  await waitFor('removal of the control groups', async () => (removeCgroups(), true as const), { seconds: 10 })
}

async function endProcesses(): Promise<void> {
  const gone = async (): Promise<true | undefined> => ((await killProcesses()) === 0 ? true : undefined)
  await waitFor('the end of the lab processes', gone, { seconds: 20, everyMs: 100 })
}

/** Returns how many there still were. */
export async function killProcesses(): Promise<number> {
  const found = await labProcesses()
  for (const pid of found) kill(pid)
  return found.length
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** A process is the lab's when it is in the lab's control groups, in one of its namespaces, or under one of its roots. */
async function labProcesses(): Promise<number[]> {
  const grouped = new Set(cgroupProcesses())
  const inodes = new Set(
    await Promise.all((await labNamespaces()).map(async (name) => (await stat(`/run/netns/${name}`)).ino)),
  )
  const found: number[] = []
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry)
    if (!Number.isInteger(pid) || pid === process.pid) continue
    if (grouped.has(pid) || (await isOfLab(pid, inodes))) found.push(pid)
  }
  return found
}

async function isOfLab(pid: number, inodes: ReadonlySet<number>): Promise<boolean> {
  const namespace = await readlink(`/proc/${pid}/ns/net`).catch(() => '')
  if (inodes.has(Number(/\d+/.exec(namespace)?.[0]))) return true
  const root = await readlink(`/proc/${pid}/root`).catch(() => '')
  if (root.startsWith(`${stateDir}/`)) return true
  const cmdline = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return cmdline.startsWith('systemd-nspawn\0') && cmdline.includes(`\0--machine=${prefix}`)
}

async function labNamespaces(): Promise<string[]> {
  const names = await readdir('/run/netns').catch(() => [])
  return names.filter((name) => name.startsWith(prefix))
}

/** Innermost first. */
async function labMounts(): Promise<string[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).trim().split('\n')
  const points = lines.map((line) => line.split(' ')[4] ?? '')
  const isLabs = (point: string): boolean =>
    point === stateDir || point.startsWith(`${stateDir}/`) || point.startsWith(`${cacheDir}/`)
  return points.filter(isLabs).reverse()
}

/** A killed nspawn leaves the lock of its root and a folder for mounts behind. */
async function removeNspawnTraces(): Promise<void> {
  const traces = '/run/systemd/nspawn'
  for (const { name } of hosts) {
    await rm(`${traces}/propagate/${prefix}${name}`, { recursive: true, force: true })
    const root = await stat(paths.hostRoot(name)).catch(() => undefined)
    if (root) await rm(`${traces}/locks/inode-${root.dev}:${root.ino}`, { force: true })
  }
  for (const folder of [`${traces}/propagate`, `${traces}/locks`, traces]) await rmdir(folder).catch(() => undefined)
}

/** `ip netns` leaves a mount of /run/netns on itself behind when the last namespace is gone. */
async function removeEmptyNetnsMount(): Promise<void> {
  const names = await readdir('/run/netns').catch(() => ['absent'])
  if (names.length > 0) return
  await exec(['umount', '/run/netns'])
  await rmdir('/run/netns').catch(() => undefined)
}

async function removeFiles(): Promise<void> {
  await rm(stateDir, { recursive: true, force: true })
  const cached = await readdir(cacheDir).catch(() => [])
  const unfinished = cached.filter((name) => name.endsWith('.tmp'))
  for (const name of unfinished) await rm(`${cacheDir}/${name}`, { recursive: true, force: true })
}

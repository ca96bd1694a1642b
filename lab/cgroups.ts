import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'

/** A systemd in each host needs a control group of its own: two under one root would fight over the same names. */
const group = 'oldhand-lab'

function hierarchies(): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n')
  return lines.flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ')
    const isSystemd = after.startsWith('cgroup2 ') || /^cgroup .*\bname=systemd\b/.test(after)
    const mountPoint = before.split(' ')[4]
    return isSystemd && mountPoint ? [mountPoint] : []
  })
}

/** The command that joins the named groups and then becomes the given one: whatever it starts can be found again. */
export function inCgroup(name: string, argv: readonly string[]): string[] {
  const folders = hierarchies().map((mountPoint) => `${mountPoint}/${group}/${name}`)
  for (const folder of folders) mkdirSync(folder, { recursive: true })
  const join = folders.map((folder) => `echo $$ > ${folder}/cgroup.procs`).join(' && ')
  return ['sh', '-c', `${join} && exec "$@"`, 'sh', ...argv]
}

/** Every process in the lab's groups, however deep. */
export function cgroupProcesses(): number[] {
  return labGroups().flatMap((folder) => {
    const text = readFileSync(`${folder}/cgroup.procs`, 'utf8').trim()
    return text ? text.split('\n').map(Number) : []
  })
}

export function removeCgroups(): void {
  for (const folder of labGroups().reverse()) rmdirSync(folder)
}

/** Outermost first. */
function labGroups(): string[] {
  return hierarchies()
    .map((mountPoint) => `${mountPoint}/${group}`)
    .filter((folder) => existsSync(folder))
    .flatMap(withInner)
}

function withInner(folder: string): string[] {
  const inner = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return [folder, ...inner.flatMap((entry) => withInner(`${folder}/${entry.name}`))]
}

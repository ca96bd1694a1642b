import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type Lab, requestLease, runOn } from '../../lab/index.ts'
import { diagnose, type Outcome } from '../../src/app.ts'
import { readBundle } from '../../src/hosts/bundle.ts'
import { replay } from '../../src/hosts/replay.ts'
import type { DiagnosisJson } from '../../src/report/json.ts'

const run = promisify(execFile)

/** The program as an operator has it. */
export const program = 'dist/oldhand.js'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  readonly seconds: number
}

/** Runs the program from the lab's ops namespace, where an operator would sit. */
export async function oldhand(lab: Lab, args: readonly string[], as = program): Promise<Ran> {
  const env = { ...process.env, OS_CLIENT_CONFIG_FILE: lab.cloudsFile, LC_ALL: 'C.UTF-8' }
  return exec('ip', ['netns', 'exec', lab.opsNetns, process.execPath, as, ...args], env)
}

export async function exec(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Ran> {
  const started = performance.now()
  const seconds = () => (performance.now() - started) / 1000
  try {
    const { stdout, stderr } = await run(command, [...args], { env, maxBuffer: 64 << 20 })
    return { code: 0, stdout, stderr, seconds: seconds() }
  } catch (error) {
    const failed = error as { code?: number; stdout?: string; stderr?: string }
    return { code: failed.code ?? -1, stdout: failed.stdout ?? '', stderr: failed.stderr ?? '', seconds: seconds() }
  }
}

/** The same diagnosis with the facts that it judged by: a recording, and what the program makes of it. */
export async function look(lab: Lab, vm: string, file: string): Promise<Extract<Outcome, { kind: 'diagnosis' }>> {
  const ran = await oldhand(lab, [
    'record',
    vm,
    '-o',
    file,
    '--os-cloud',
    lab.clouds.password,
    '--ssh-config',
    lab.sshConfig,
  ])
  if (ran.code !== 0) throw new Error(`record ${vm}: ${ran.stderr}`)
  const bundle = await readBundle(file)
  const outcome = await diagnose(bundle.asked, replay(bundle))
  if (outcome.kind !== 'diagnosis') throw new Error(`${vm}: ${outcome.kind}`)
  return outcome
}

export async function diagnoseJson(
  lab: Lab,
  vm: string,
  ...more: readonly string[]
): Promise<DiagnosisJson & { readonly seconds: number; readonly code: number }> {
  const ran = await oldhand(lab, [
    'diagnose',
    vm,
    '--os-cloud',
    lab.clouds.password,
    '--ssh-config',
    lab.sshConfig,
    '--json',
    ...more,
  ])
  if (ran.stdout === '') throw new Error(`diagnose ${vm} printed nothing: ${ran.stderr}`)
  return { ...(JSON.parse(ran.stdout) as DiagnosisJson), seconds: ran.seconds, code: ran.code }
}

/** Faults are brought about and taken back from the machine itself. */
export async function lab(...args: readonly string[]): Promise<Ran> {
  const ran = await exec(process.execPath, [program, 'lab', ...args])
  if (ran.code !== 0) throw new Error(`oldhand lab ${args.join(' ')}: ${ran.stderr || ran.stdout}`)
  return ran
}

/** The guest asks for its address and pings its gateway, as a guest does that has just been told that it has no network. */
export async function speak(vm: Lab['vms'][number]): Promise<boolean> {
  const ping = () => runOn(`guest:${vm.name}`, ['busybox', 'ping', '-c', '1', '-W', '1', vm.gateway])
  const [{ ok }] = await Promise.all([requestLease(vm.name, 2), ping()])
  // A lease takes the address away for a moment.
  if (ok) await ping()
  return ok
}

/** The guide's own check of a DHCP namespace: from then on it knows its gateway. */
export async function pingFromDhcpNamespaces(lab: Lab): Promise<void> {
  const { stdout } = await runOn('net1', ['ls', '/run/netns'])
  for (const name of stdout.split(/\s+/).filter((n) => n.startsWith('qdhcp-'))) {
    for (const gateway of new Set(lab.vms.map((vm) => vm.gateway))) {
      await runOn('net1', ['ip', 'netns', 'exec', name, 'ping', '-c', '1', '-W', '1', gateway])
    }
  }
}

import { mkdir } from 'node:fs/promises'
import { exec, type ExecOptions, must, type Outcome } from './exec.ts'
import { gatewayPort, trunkPorts } from './cables.ts'
import { netnsOf, paths } from './names.ts'
import { gateways } from './topology.ts'

const environment = {
  OVS_RUNDIR: paths.switchDir,
  OVS_DBDIR: paths.switchDir,
  OVS_LOGDIR: paths.switchDir,
  OVS_SYSCONFDIR: paths.switchDir,
} as const

const schema = '/usr/share/openvswitch/vswitch.ovsschema'
const inSwitch = (argv: readonly string[]): string[] => ['ip', 'netns', 'exec', netnsOf('switch'), ...argv]

/**
 * Runs a command as on the physical switch: its own namespace, its own Open vSwitch. 3.1.0 now and then leaves a cached flow
 * that traffic uses as it was (seen: a drop, minutes after the flow that told it was gone), so its cache is emptied after.
 */
export async function onSwitch(argv: readonly string[], options: ExecOptions = {}): Promise<Outcome> {
  const run = (command: readonly string[]) => exec(inSwitch(command), { ...options, env: environment })
  const outcome = await run(argv)
  await run(['ovs-appctl', 'revalidator/purge'])
  return outcome
}

export async function startSwitch(): Promise<void> {
  await mkdir(paths.switchDir, { recursive: true })
  const run = (...argv: string[]): Promise<string> => must(inSwitch(argv), { env: environment })
  const database = `${paths.switchDir}/conf.db`
  const socket = `${paths.switchDir}/db.sock`
  await run('ovsdb-tool', 'create', database, schema)
  await run('ovsdb-server', database, `--remote=punix:${socket}`, '--pidfile', '--detach', '--log-file', '--no-chdir')
  await run('ovs-vsctl', '--no-wait', 'init')
  await run('ovs-vswitchd', `unix:${socket}`, '--pidfile', '--detach', '--log-file', '--no-chdir')
  await run(
    'ovs-vsctl',
    '--timeout=20',
    'add-br',
    'sw0',
    '--',
    'set',
    'bridge',
    'sw0',
    'datapath_type=netdev',
    ...ports(),
  )
}

function ports(): string[] {
  const vlans = gateways.map(({ vlan }) => vlan).join(',')
  const trunks = trunkPorts.flatMap((port) => [
    '--',
    'add-port',
    'sw0',
    port,
    '--',
    'set',
    'port',
    port,
    'vlan_mode=trunk',
    `trunks=${vlans}`,
  ])
  const access = gateways.flatMap(({ vlan }) => ['--', 'add-port', 'sw0', gatewayPort(vlan), `tag=${vlan}`])
  return [...trunks, ...access]
}

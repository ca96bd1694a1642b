import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { cableController } from './cables.ts'
import { maskedUnits } from './config/common.ts'
import { controlFiles } from './config/control.ts'
import { keystoneUrl } from './config/neutron.ts'
import { newSecrets, noSecrets, type Secrets } from './config/secrets.ts'
import { fingerprint, imageId } from './image.ts'
import { mustOnMachine, onMachine, prepareRoot, startMachine, waitForBoot } from './machine.ts'
import { cacheDir, ctl, paths } from './names.ts'
import { type AppCredential, makeNetworks, registerNeutron, waitForApi } from './provision.ts'
import { say } from './say.ts'
import { dismantle, teardown } from './teardown.ts'
import { gateways, networks, router } from './topology.ts'
import { waitFor } from './wait.ts'

/** A controller whose databases are filled and whose networks exist, kept between runs. */
export interface Controller {
  /** The folder to stack on the image. */
  readonly layer: string
  readonly secrets: Secrets
  readonly appCredential: AppCredential
}

/** To be raised when the way of preparing changes, though no file of the controller does. */
const recipe = 1

const layerId = fingerprint([recipe, imageId, controlFiles(noSecrets), networks, gateways, router])

export async function ensureController(image: string, progress: (line: string) => void): Promise<Controller> {
  const folder = `${cacheDir}/ctl-${layerId}`
  if (!existsSync(folder)) await prepare(image, folder, progress)
  const known = JSON.parse(await readFile(`${folder}/known.json`, 'utf8')) as Omit<Controller, 'layer'>
  return { layer: `${folder}/upper`, ...known }
}

async function prepare(image: string, folder: string, progress: (line: string) => void): Promise<void> {
  progress(say('preparing the controller, once (about 60 s)', '首次准备控制节点(约 60 秒)'))
  const unfinished = `${folder}.tmp`
  const upper = `${unfinished}/upper`
  const secrets = newSecrets()
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(upper, { recursive: true })
  await cableController()
  await mkdir(paths.hostDir(ctl.name), { recursive: true })
  await prepareRoot({ name: ctl.name, layers: [image], upper, files: controlFiles(secrets), masked: maskedUnits(ctl) })
  startMachine(ctl.name)
  await waitForBoot(ctl.name)
  const appCredential = await fill(secrets)
  await powerOff()
  await writeFile(`${unfinished}/known.json`, JSON.stringify({ secrets, appCredential }), { mode: 0o600 })
  await dismantle()
  await rename(unfinished, folder)
  await teardown()
}

async function fill(secrets: Secrets): Promise<AppCredential> {
  await onMachine(ctl.name, ['systemctl', 'stop', 'keystone'])
  await waitFor('MariaDB', () => isActive('mariadb'), { seconds: 60 })
  await mustOnMachine(ctl.name, ['mariadb'], { input: databases(secrets) })
  await Promise.all([fillKeystone(secrets), migrateNeutron(), addRabbitUser(secrets)])
  await mustOnMachine(ctl.name, ['systemctl', 'restart', 'keystone'])
  await waitForApi('Keystone', `${keystoneUrl}/`)
  const appCredential = await registerNeutron(secrets)
  await mustOnMachine(ctl.name, ['systemctl', 'enable', '--now', 'neutron-server'])
  await makeNetworks(secrets)
  return appCredential
}

function databases({ database }: Secrets): string {
  const one = (name: string): string =>
    `CREATE DATABASE ${name} CHARACTER SET utf8; GRANT ALL ON ${name}.* TO '${name}'@'%' IDENTIFIED BY '${database}';\n`
  return one('keystone') + one('neutron')
}

const slow = { timeoutMs: 180_000 }
const as = (user: string, argv: readonly string[]): string[] => ['runuser', '-u', user, '--', ...argv]

async function fillKeystone({ admin }: Secrets): Promise<void> {
  const identity = ['--keystone-user', 'keystone', '--keystone-group', 'keystone']
  const urls = ['admin', 'internal', 'public'].flatMap((kind) => [`--bootstrap-${kind}-url`, keystoneUrl])
  await mustOnMachine(ctl.name, as('keystone', ['keystone-manage', 'db_sync']), slow)
  await mustOnMachine(ctl.name, ['keystone-manage', 'fernet_setup', ...identity], slow)
  await mustOnMachine(ctl.name, ['keystone-manage', 'credential_setup', ...identity], slow)
  const bootstrap = [
    'keystone-manage',
    'bootstrap',
    '--bootstrap-password',
    admin,
    '--bootstrap-region-id',
    'RegionOne',
  ]
  await mustOnMachine(ctl.name, as('keystone', [...bootstrap, ...urls]), slow)
}

async function migrateNeutron(): Promise<void> {
  const files = ['/etc/neutron/neutron.conf', '/etc/neutron/plugins/ml2/ml2_conf.ini']
  const config = files.flatMap((file) => ['--config-file', file])
  await mustOnMachine(ctl.name, as('neutron', ['neutron-db-manage', ...config, 'upgrade', 'head']), slow)
}

async function addRabbitUser({ rabbit }: Secrets): Promise<void> {
  await waitFor('RabbitMQ', () => isActive('rabbitmq-server'), { seconds: 90 })
  await mustOnMachine(ctl.name, ['rabbitmqctl', 'add_user', 'neutron', rabbit], slow)
  await mustOnMachine(ctl.name, ['rabbitmqctl', 'set_permissions', 'neutron', '.*', '.*', '.*'], slow)
}

async function isActive(unit: string): Promise<true | undefined> {
  const { stdout } = await onMachine(ctl.name, ['systemctl', 'is-active', unit])
  return stdout.trim() === 'active' ? true : undefined
}

/** An orderly end, so that the databases and RabbitMQ's queues on disk are whole. */
async function powerOff(): Promise<void> {
  const logs = ['neutron', 'keystone', 'rabbitmq'].map((name) => `/var/log/${name}`)
  await mustOnMachine(ctl.name, ['systemctl', 'stop', 'neutron-server', 'keystone', 'rabbitmq-server', 'mariadb'], slow)
  await mustOnMachine(ctl.name, ['find', ...logs, '-type', 'f', '-delete'])
  await mustOnMachine(ctl.name, ['sync'])
}

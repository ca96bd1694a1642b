import { keystoneUrl } from './config/neutron.ts'
import { exec, type ExecOptions, type Outcome } from './exec.ts'
import { LabError } from './failure.ts'
import { onGuest } from './guests.ts'
import { savedLab } from './lab.ts'
import { onMachine } from './machine.ts'
import { ctl, findHost, mark, netnsOf, opsNetns, paths } from './names.ts'
import { say } from './say.ts'
import { onSwitch } from './switch.ts'
import { vmPlans } from './topology.ts'

/** Runs a command on a lab host, or on `switch`, `underlay`, `api`, `ops` or `guest:NAME`. */
export async function runOn(place: string, argv: readonly string[], options: ExecOptions = {}): Promise<Outcome> {
  if (place === 'switch') return onSwitch(argv, options)
  if (place === 'underlay') return onUnderlay(argv, options)
  if (place === 'ops') return exec(['ip', 'netns', 'exec', opsNetns, ...argv], options)
  if (place === 'api') return onApi(argv, options)
  const guest = guestOf(place)
  if (guest !== undefined) return onGuest(guest, argv, options)
  const host = findHost(place)
  if (host) return onMachine(host.name, argv, options)
  throw new LabError(say(`the lab has no host ${place}`, `实验环境中没有主机 ${place}`))
}

/** The bridge that the tunnels cross, with the programs of a host: the machine outside need not have them. */
const onUnderlay = (argv: readonly string[], options: ExecOptions): Promise<Outcome> =>
  exec(['ip', 'netns', 'exec', netnsOf('mgmt'), 'chroot', paths.hostRoot('net1'), ...argv], options)

function guestOf(place: string): string | undefined {
  return vmPlans.find(({ name }) => place === `guest:${name}`)?.name
}

/** `openstack` on the controller, as the cloud's administrator. */
async function onApi(argv: readonly string[], options: ExecOptions): Promise<Outcome> {
  const { secrets } = await savedLab()
  const environment = [
    `OS_AUTH_URL=${keystoneUrl}`,
    'OS_USERNAME=admin',
    `OS_PASSWORD=${secrets.admin}`,
    'OS_PROJECT_NAME=admin',
    'OS_USER_DOMAIN_NAME=Default',
    'OS_PROJECT_DOMAIN_NAME=Default',
    'OS_IDENTITY_API_VERSION=3',
  ]
  let outcome = await onMachine(ctl.name, ['env', ...environment, ...argv], options)
  for (let again = 0; again < 3 && hasNoToken(outcome); again++)
    outcome = await onMachine(ctl.name, ['env', ...environment, ...argv], options)
  return outcome
}

/** Keystone under uWSGI now and then resets a connection. Who has no token yet has changed nothing: asked again, it is the same. */
const hasNoToken = ({ code, stderr }: Outcome): boolean =>
  code !== 0 && /Unable to establish connection to \S+\/auth\/tokens/.test(stderr)

/** Refuses any place that does not itself say that it may be broken. */
export async function requireBreakable(place: string): Promise<void> {
  const { hosts } = await savedLab()
  if (place === 'switch' || place === 'underlay' || place === 'api' || guestOf(place) !== undefined) return
  const isHost = hosts.some(({ name }) => name === place)
  if (isHost && (await onMachine(place, ['test', '-f', mark])).code === 0) return
  throw new LabError(
    say(
      `${place} has no ${mark}: the lab breaks only what is marked`,
      `${place} 上没有 ${mark}:只有带标记的主机才允许注入故障`,
    ),
  )
}

import { describe, expect, test } from 'vitest'
import { type Change, changed, verdictOn } from '../../test/changed.ts'

const id = 'stale-ports-namespaces-after-reboot'
const { subject } = await changed('healthy')
const tap = `tap${subject.port.id.slice(0, 11)}`

/** OVSDB as ovs-vswitchd leaves it when it cannot open a port's device. */
const unopened =
  (error: string): Change =>
  ({ ask, stdout }) => {
    if (ask.host !== 'comp1' || !ask.argv.includes('Interface')) return undefined
    const table = JSON.parse(stdout) as { headings: string[]; data: unknown[][] }
    const at = (column: string) => table.headings.indexOf(column)
    for (const row of table.data.filter((r) => r[at('name')] === tap)) {
      row[at('ofport')] = -1
      row[at('error')] = error
    }
    return JSON.stringify(table)
  }
const noDevice: Change = ({ ask, stdout }) =>
  ask.host === 'comp1' && ask.argv.slice(0, 3).join(' ') === 'ip -o link'
    ? stdout
        .split('\n')
        .filter((line) => !line.includes(tap))
        .join('\n')
    : undefined
const guest: Change = ({ ask, stdout }) =>
  ask.host === 'comp1' && ask.argv[0] === 'ps'
    ? `${stdout}\n 9999 1 500 Sl machine-qemu.scope /usr/bin/qemu-system-x86_64 -uuid ${subject.port.deviceId}\n`
    : undefined
const gone = `could not open network device ${tap} (No such device)`

describe("the VM's port in OVSDB after its host was started again", () => {
  test.each<[string, string, readonly Change[]]>([
    ['without device and guest: the VM was not started since', 'certain', [unopened(gone), noDevice]],
    ['for another reason that Open vSwitch gives', 'likely', [unopened('could not add network device'), noDevice]],
    ['while the guest runs: its tap is another story', 'ruled out', [unopened(gone), noDevice, guest]],
    ['while the device is there', 'ruled out', [unopened(gone)]],
    ['as it should be', 'ruled out', []],
  ])('%s', async (_, verdict, changes) => {
    expect(verdictOn(await changed('healthy', ...changes), id, 'comp1')).toBe(verdict)
  })

  test('is one cause; that the tap is not plugged comes of it', async () => {
    const { verdict, causes, journey } = await changed('healthy', unopened(gone), noDevice)
    expect(verdict).toBe('broken')
    expect(causes.filter(({ explainedBy }) => explainedBy.length === 0).map(({ cause }) => cause.id)).toEqual([id])
    const blocked = journey.flatMap(({ hops }) => hops.filter(({ status }) => status === 'blocked'))
    expect([...new Set(blocked.map(({ name }) => name))]).toEqual(['guest port'])
  })
})

describe('the name of a namespace that is none', () => {
  const dnsmasqAgain: Change = ({ ask, stdout }) =>
    ask.host === 'net1' && ask.argv[0] === 'ps'
      ? `${stdout}\n 9999 1 500 S - dnsmasq --no-hosts --dhcp-hostsfile=/var/lib/neutron/dhcp/${subject.network.id}/host\n`
      : undefined

  test('is no cause where dnsmasq runs all the same: the namespace is mounted elsewhere', async () => {
    expect(verdictOn(await changed(id), id, 'net1')).toBe('certain')
    const ofThatLab = (await changed(id)).subject.network.id
    const served: Change = (answer) => dnsmasqAgain(answer)?.replaceAll(subject.network.id, ofThatLab)
    expect(verdictOn(await changed(id, served), id, 'net1')).toBe('unknown')
  })
})

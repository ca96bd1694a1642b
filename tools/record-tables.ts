import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openLab, requestLease, runOn } from '../lab/index.ts'

/**
 * `sudo npx tsx tools/record-tables.ts [FOLDER]`: what every Open vSwitch of the running lab has in its tables, as its
 * own commands print it, into test/recorded/FOLDER/HOST/. The tests of the flow and netfilter models read it.
 */

const folder = join(dirname(fileURLToPath(import.meta.url)), '../test/recorded', process.argv[2] ?? 'lab')

const ofBridge: Readonly<Record<string, (bridge: string) => readonly string[]>> = {
  flows: (b) => ['ovs-ofctl', 'dump-flows', b],
  'flows-13': (b) => ['ovs-ofctl', '-O', 'OpenFlow13', 'dump-flows', b],
  'flows-15': (b) => ['ovs-ofctl', '-O', 'OpenFlow15', 'dump-flows', b],
  'flows-names': (b) => ['ovs-ofctl', '--names', 'dump-flows', b],
  show: (b) => ['ovs-ofctl', 'show', b],
  groups: (b) => ['ovs-ofctl', '-O', 'OpenFlow15', 'dump-groups', b],
  fdb: (b) => ['ovs-appctl', 'fdb/show', b],
}
const ofHost: Readonly<Record<string, readonly string[]>> = {
  ovsdb: ['ovsdb-client', '-f', 'json', 'dump', 'Open_vSwitch'],
  'iptables-save': ['iptables-save', '-c'],
  'ipset-save': ['ipset', 'save'],
  'datapath-flows': ['ovs-appctl', 'dpctl/dump-flows', '--names'],
  sysctl: ['sysctl', 'net.bridge'],
  links: ['ip', '-o', 'link', 'show'],
}

const lab = await openLab()
await Promise.all(lab.vms.map(({ name }) => requestLease(name)))
for (const { name, underlay } of lab.hosts) if (underlay !== undefined) await recordHost(name)

async function recordHost(host: string): Promise<void> {
  await mkdir(join(folder, host), { recursive: true })
  for (const [what, argv] of Object.entries(ofHost)) await save(host, `host.${what}`, argv)
  const bridges = (await output(host, ['ovs-vsctl', 'list-br'])).trim().split('\n')
  for (const bridge of bridges) await withOpenFlow15(host, bridge, () => recordBridge(host, bridge))
}

async function recordBridge(host: string, bridge: string): Promise<void> {
  for (const [what, argvOf] of Object.entries(ofBridge)) await save(host, `${bridge}.${what}`, argvOf(bridge))
}

/** Neutron allows its bridges versions up to 1.4 only. */
async function withOpenFlow15(host: string, bridge: string, work: () => Promise<void>): Promise<void> {
  const allowed = (await output(host, ['ovs-vsctl', 'get', 'bridge', bridge, 'protocols'])).trim()
  if (allowed === '[]' || allowed.includes('OpenFlow15')) return work()
  await output(host, ['ovs-vsctl', 'add', 'bridge', bridge, 'protocols', 'OpenFlow15'])
  await work()
  await output(host, ['ovs-vsctl', 'remove', 'bridge', bridge, 'protocols', 'OpenFlow15'])
}

async function save(host: string, name: string, argv: readonly string[]): Promise<void> {
  await writeFile(join(folder, host, `${name}.txt`), await output(host, argv))
}

async function output(host: string, argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runOn(host, argv)
  if (code !== 0) throw new Error(`${host}: ${argv.join(' ')}: ${stderr}`)
  return stdout
}

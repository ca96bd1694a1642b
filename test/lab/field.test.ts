import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Lab, openLab, runOn } from '../../lab/index.ts'
import { diagnosisSchema } from '../../src/report/schema.ts'
import { diagnoseJson, exec, lab as labVerb, oldhand, pingFromDhcpNamespaces, program, speak } from './tool.ts'

/** What an operator meets in the field, on the real lab. */

let lab: Lab
const folder = mkdtempSync(join(tmpdir(), 'oldhand-test-'))
const vm = (name: string) => {
  const found = lab.vms.find((v) => v.name === name)
  if (!found) throw new Error(`no VM ${name}`)
  return found
}
const reach = () => ['--os-cloud', lab.clouds.password, '--ssh-config', lab.sshConfig]

beforeAll(async () => {
  lab = await openLab()
  await labVerb('heal')
  await pingFromDhcpNamespaces(lab)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('a healthy VM', () => {
  test.each(['vm1', 'vm2', 'vm3', 'vm4', 'vm5', 'vm6', 'vm7', 'vm8'])(
    '%s that has just spoken is called healthy, hop by hop',
    async (name) => {
      await speak(vm(name))
      const d = await diagnoseJson(lab, name)
      expect(d.causes).toEqual([])
      expect(d.journey.flatMap((leg) => leg.hops).filter((hop) => hop.status !== 'passed')).toEqual([])
      expect([d.verdict, d.code]).toEqual(['healthy', 0])
      const { seconds, code, ...printed } = d
      expect(diagnosisSchema.safeParse(printed).error).toBeUndefined()
      expect([d.verdict, code]).toEqual(['healthy', 0])
      expect(seconds).toBeGreaterThan(0)
    },
  )

  test('it is found by each of its names, and with an application credential', async () => {
    const { port, mac, ip, instance } = vm('vm1')
    for (const name of [port, instance, ip, mac, mac.toUpperCase()]) {
      const d = await diagnoseJson(lab, name)
      expect(d.subject.port).toBe(port)
    }
    const byCredential = await oldhand(lab, [
      'diagnose',
      'vm1',
      '--os-cloud',
      lab.clouds.appCredential,
      '--ssh-config',
      lab.sshConfig,
      '--json',
    ])
    expect(JSON.parse(byCredential.stdout)).toMatchObject({ subject: { port } })
  })

  test('without the API, its port and host are enough for what the host can tell', async () => {
    const { port, host } = vm('vm1')
    const ran = await oldhand(lab, [
      'diagnose',
      '--port',
      port,
      '--host',
      host,
      '--ssh-config',
      lab.sshConfig,
      '--json',
    ])
    const d = diagnosisSchema.parse(JSON.parse(ran.stdout))
    expect([d.verdict, ran.code]).toEqual(['undetermined', 3])
    expect(d.subject).toMatchObject({ port, host, segmentType: 'vlan', segmentationId: 3933 })
    expect(d.ruledOut).toContain('tap-not-in-br-int')
    expect(d.limits.join()).toMatch(/OVSDB/)
  })
})

describe('wrong use', () => {
  test('a VM that is not there: one clear sentence, status 2', async () => {
    const ran = await oldhand(lab, ['diagnose', 'nobody', ...reach()])
    expect([ran.code, ran.stdout]).toEqual([2, ''])
    expect(ran.stderr).toMatch(/nobody/)
    expect(ran.stderr).not.toMatch(/\n\s+at /)
  })
  test('the controller is not to be broken', async () => {
    const ran = await exec(process.execPath, [program, 'lab', 'break', 'ovs-agent-stopped', '--host', 'ctl'])
    expect(ran.code).toBe(2)
    expect(ran.stderr).toMatch(/ctl/)
  })
  test('a second `up` says that there is a lab, and does it no harm', async () => {
    const ran = await exec(process.execPath, [program, 'lab', 'up'])
    expect(ran.stderr + ran.stdout).toMatch(/already|running/i)
    expect((await diagnoseJson(lab, 'vm1')).causes).toEqual([])
  })
})

describe('access', () => {
  test('with the generated sudoers alone, every command of every host works', async () => {
    const ran = await oldhand(lab, ['check-access', 'net1', 'comp1', 'comp2', 'comp3', ...reach()])
    expect(ran.stdout).toMatch(/firewall_driver: openvswitch/)
    expect(ran.stdout).toMatch(/datapath.*netdev/)
    expect(ran.stdout.match(/everything works/g)?.length, ran.stdout).toBe(4)
    expect(ran.code).toBe(0)
  })
})

describe('recording', () => {
  test('a bundle gives the same diagnosis without the cloud, and holds no secret', async () => {
    const planted = 'PLANTEDs3cret'
    onTestFinished(async () => {
      for (const at of [vm('vm1').host, 'net1']) await runOn(at, ['rm', '-f', plantedConf])
    })
    await plant(planted)
    const file = join(folder, 'vm1.oldhand')
    const recorded = await oldhand(lab, ['record', 'vm1', '-o', file, ...reach()])
    expect([recorded.code, recorded.stderr]).toEqual([0, ''])
    const text = gunzipSync(readFileSync(file)).toString()
    expect(text).toContain('ovs-ofctl')
    expect(text).toContain('only in the journal')
    const secrets = [planted, ...(await secretsOf(lab))]
    expect(secrets.filter((secret) => text.includes(secret)).map((secret) => around(text, secret))).toEqual([])
    const live = await diagnoseJson(lab, 'vm1')
    const replayed = await exec(process.execPath, [program, 'diagnose', '--bundle', file, '--json'])
    const d = diagnosisSchema.parse(JSON.parse(replayed.stdout))
    expect({ verdict: d.verdict, subject: { ...d.subject }, ruledOut: d.ruledOut }).toEqual({
      verdict: live.verdict,
      subject: live.subject,
      ruledOut: live.ruledOut,
    })
  })
})

const plantedConf = '/etc/neutron/agent.conf.d/planted.conf'

/** Puts a secret, in the ways in which they get there, into everything that a diagnosis reads and a host lets us write. */
async function plant(secret: string): Promise<void> {
  const { mac, host, network } = vm('vm1')
  const append = (at: string, file: string, text: string) => runOn(at, ['sh', '-c', 'echo "$1" >> "$0"', file, text])
  const now = new Date().toISOString().slice(0, 19).replace('T', ' ')
  const failed = `Error while processing VIF ports: rabbit://u:${secret}@ctl/ password=${secret}`
  for (const at of [host, 'net1']) {
    await append(at, '/var/log/neutron/neutron-openvswitch-agent.log', `${now}.000 1 ERROR neutron ${failed}`)
    await append(at, plantedConf, `[planted]\npassword = ${secret}`)
    await append(at, '/var/log/dpkg.log', `${now} status installed neutron-x --password=${secret}`)
    await runOn(at, ['logger', '-t', 'neutron-openvswitch-agent', `only in the journal: ${failed}`])
    await runOn(at, ['sh', '-c', `(exec -a "neutron-x --os-password=${secret}" sleep 60) >/dev/null 2>&1 &`])
  }
  const { stdout: id } = await runOn('net1', ['sh', '-c', `grep -l ${mac} /var/lib/neutron/dhcp/*/host | head -1`])
  await append('net1', id.trim(), `# ${network} password=${secret}`)
  await append('net1', id.trim().replace(/host$/, 'leases'), `# {"password": "${secret}"}`)
  await runOn('net1', ['logger', '-t', 'dnsmasq-dhcp', `DHCPINFORM(x) 10.0.0.1 ${mac} --password=${secret}`])
}

const around = (text: string, word: string) => text.slice(Math.max(0, text.indexOf(word) - 80), text.indexOf(word) + 80)

describe('trouble', () => {
  test('two faults on different hops are both found', async () => {
    await broken([['provider-outbound-translation-missing'], ['dnsmasq-not-running']], async () => {
      const { causes } = await diagnoseJson(lab, 'vm1')
      const roots = causes.filter((c) => c.explainedBy === null).map((c) => c.id)
      expect(roots.sort()).toEqual(['dnsmasq-not-running', 'provider-outbound-translation-missing'])
    })
  }, 400_000)

  test('a host that hangs costs one deadline, is named, and nobody is blamed', async () => {
    await broken([['host-hangs', '--host', 'net1']], async () => {
      const d = await diagnoseJson(lab, 'vm1')
      expect(d.unread.some((u) => u.host === 'net1')).toBe(true)
      expect(d.causes.concat(d.warnings).map((c) => c.id)).toEqual([])
      expect([d.verdict, d.code]).toEqual(['undetermined', 3])
      expect(d.tookMs).toBeLessThan(60_000)
    })
  }, 400_000)

  test.each([
    ['ovs-agent-stopped', 'ovs-agent-down'],
    ['dhcp-agent-frozen', 'dhcp-agent-down'],
  ])(
    '%s is a warning while the VM is still served',
    async (fault, id) => {
      await broken([[fault]], async () => {
        const d = await diagnoseJson(lab, 'vm1')
        expect(d.warnings.map((w) => w.id)).toEqual([id])
        expect(d.causes).toEqual([])
        expect(d.verdict).not.toBe('broken')
      })
    },
    400_000,
  )
})

async function broken(faults: readonly (readonly string[])[], look: () => Promise<void>): Promise<void> {
  await speak(vm('vm1'))
  try {
    for (const fault of faults) await labVerb('break', ...fault, '--vm', 'vm1')
    await speak(vm('vm1'))
    await look()
  } finally {
    await labVerb('heal')
  }
}

/** Every password that the lab has given to anybody. */
async function secretsOf({ stateDir }: Lab): Promise<readonly string[]> {
  const state = JSON.parse(readFileSync(join(stateDir, 'lab.json'), 'utf8')) as { readonly secrets?: unknown }
  const all: string[] = []
  JSON.stringify(state.secrets ?? {}, (_, value: unknown) => {
    if (typeof value === 'string' && value.length >= 12) all.push(value)
    return value
  })
  expect(all.length).toBeGreaterThan(0)
  return all
}

import { spawn } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Lab, openLab, runOn } from '../../lab/index.ts'
import { type DiagnosisJson } from '../../src/report/json.ts'
import { diagnosisSchema } from '../../src/report/schema.ts'
import { diagnoseJson, lab as labVerb, oldhand, program } from './tool.ts'

/** What `--prove` shows, and what it leaves behind, on the real lab. */

let lab: Lab
const hosts = ['net1', 'comp1', 'comp2', 'comp3']
const reach = () => ['--os-cloud', lab.clouds.password, '--ssh-config', lab.sshConfig]
const prove = (vm: string) => diagnoseJson(lab, vm, '--prove', '--yes')

beforeAll(async () => {
  lab = await openLab()
  await labVerb('heal')
})
afterAll(() => labVerb('heal'))

const asVm = (d: DiagnosisJson) => d.experiments.find((e) => e.id === 'as-the-vm')
const asked = (d: DiagnosisJson) => d.experiments.find((e) => e.id === 'ask-the-switch')
const insideOf = (d: DiagnosisJson) => d.experiments.flatMap((e) => (e.id === 'from-the-dhcp-namespace' ? e.hosts : []))
const passagesOf = (d: DiagnosisJson) => asVm(d)?.trips.flatMap((t) => t.passages) ?? []

describe('a healthy VM', () => {
  test.each(['vm1', 'vm5', 'vm7'])('%s is proven healthy, with a round-trip time at each hop', async (name) => {
    const { seconds: _, code, ...d } = await prove(name)
    expect(diagnosisSchema.safeParse(d).error).toBeUndefined()
    expect(passagesOf(d).map((p) => p.state)).toEqual(passagesOf(d).map(() => 'seen'))
    const places = (conversation: string) =>
      asVm(d)
        ?.trips.filter((t) => t.conversation === conversation && t.direction === 'request')
        .flatMap((t) => t.passages.map((p) => [p.station, p.host, (p.roundTripUs ?? 0) > 0]))
    const host = d.subject.host
    expect(places('dhcp')).toEqual([
      ['NIC', host, true],
      ['NIC', 'net1', true],
      ['DHCP namespace', 'net1', true],
    ])
    expect(places('arp')).toEqual([['NIC', host, true]])
    const { ip, gateway } = lab.vms.find((vm) => vm.name === name) ?? {}
    expect(insideOf(d)).toMatchObject([
      {
        host: 'net1',
        server: { is: 'offered', ip },
        reached: [
          { is: 'gateway', ip: gateway, arp: { mac: expect.any(String) }, pings: { received: 3 } },
          { is: 'VM', ip, arp: { mac: expect.any(String) } },
        ],
      },
    ])
    expect([d.verdict, code, d.causes]).toEqual(['healthy', 0, []])
  })

  test('two proofs at a time do not disturb each other', async () => {
    const both = await Promise.all([prove('vm1'), prove('vm1')])
    expect(both.map((d) => d.verdict)).toEqual(['healthy', 'healthy'])
    expect(new Set(both.map((d) => d.experiments[0]?.run)).size).toBe(2)
    const dhcp = both.map((d) => asVm(d)?.trips.filter((t) => t.conversation === 'dhcp') ?? [])
    expect(dhcp.flat(2).flatMap((t) => t.passages.map((p) => p.count))).toEqual(
      dhcp.flat(2).flatMap((t) => t.passages.map(() => 3)),
    )
  })
})

describe('inside the DHCP namespace', () => {
  test.each([
    ['dnsmasq-host-entry-missing', 'silent'],
    ['dnsmasq-not-running', 'silent'],
  ])(
    '%s shows without any wiring',
    async (fault, is) => {
      await labVerb('break', fault, '--vm', 'vm1')
      try {
        const d = await prove('vm1')
        expect(d.causes.map((c) => [c.id, c.sureness, c.host])).toEqual([[fault, 'certain', 'net1']])
        expect(insideOf(d)[0]?.server.is).toBe(is)
        expect(insideOf(d)[0]?.reached[0]).toMatchObject({ is: 'gateway', pings: { received: 3 } })
      } finally {
        await labVerb('heal')
      }
    },
    200_000,
  )

  test('without tcpdump there it is not known whether dnsmasq was silent, and a gateway answers the ping all the same', async () => {
    await runOn('net1', ['mv', '/usr/bin/tcpdump', '/usr/bin/tcpdump.away'])
    try {
      const [net1] = insideOf(await prove('vm1'))
      expect(net1?.server).toMatchObject({ is: 'unknown', why: expect.stringMatching(/tcpdump/) })
      expect(net1?.reached[0]).toMatchObject({ arp: { why: expect.stringMatching(/tcpdump/) }, pings: { received: 3 } })
    } finally {
      await runOn('net1', ['mv', '/usr/bin/tcpdump.away', '/usr/bin/tcpdump'])
    }
  })
})

describe('before anything is sent', () => {
  test('without a terminal and without --yes it sends nothing, and says what to do', async () => {
    const ran = await oldhand(lab, ['diagnose', 'vm1', ...reach(), '--prove'])
    expect([ran.code, ran.stdout]).toEqual([2, ''])
    expect(ran.stderr).toMatch(/--yes.*--dry-run/)
  })
  test('--dry-run tells what would be sent and put on which host, and sends nothing', async () => {
    const before = await sentBy('comp1')
    const ran = await oldhand(lab, ['diagnose', 'vm1', ...reach(), '--prove', '--dry-run', '--json'])
    const plan = JSON.parse(ran.stdout) as {
      experiments: { sends: string[]; puts: { host: string; seconds: number }[] }[]
    }
    expect(plan.experiments[0]?.sends.join()).toMatch(/DHCPDISCOVER.*comp1.*ARP/s)
    expect(new Set(plan.experiments[0]?.puts.map((p) => p.host))).toEqual(new Set(['comp1', 'net1']))
    expect(await sentBy('comp1')).toBe(before)
  })
})

/** DISCOVERs that dnsmasq has logged. */
async function sentBy(_host: string): Promise<number> {
  const { stdout } = await runOn('net1', [
    'sh',
    '-c',
    'journalctl -t dnsmasq-dhcp --no-pager | grep -c "DHCPDISCOVER.* 192.0.2.67" || true',
  ])
  return Number(stdout)
}

describe('with the VLAN missing on the switch', () => {
  beforeAll(() => labVerb('break', 'switch-trunk-missing-vlan', '--vm', 'vm1'))
  afterAll(() => labVerb('heal'))

  test('the frames that left and never arrived make it certain', async () => {
    const d = await prove('vm1')
    expect(d.causes[0]).toMatchObject({ id: 'switch-trunk-missing-vlan', sureness: 'certain', host: 'comp1' })
    expect(d.causes[0]?.says).toMatch(/3 frames left on VLAN 3933 by eth1, and none came in on the NIC of net1/)
    expect(asVm(d)?.lost[0]).toMatchObject({
      after: { host: 'comp1', devices: ['eth1'] },
      before: { host: 'net1', devices: ['eth1'] },
    })
    expect([d.verdict, d.code]).toEqual(['broken', 1])
  })

  test('so does that the probes of both hosts are lost, while another VLAN passes and the gateway answers the other host', async () => {
    const d = await prove('vm1')
    expect(asked(d)?.ways).toEqual([
      { from: 'comp1', to: 'net1', is: 'lost', vlan: null },
      { from: 'net1', to: 'comp1', is: 'lost', vlan: null },
    ])
    expect(d.causes[0]?.says).toMatch(
      /VLAN 3934, tried in the same way, passes; the gateway answers net1 and not comp1/,
    )
    expect(d.networkTeam?.ports.map((p) => [p.host, p.nic, p.suspect])).toEqual([
      ['comp1', 'eth1', true],
      ['net1', 'eth1', false],
    ])
    expect(d.networkTeam?.ports.every((p) => /^[0-9a-f:]{17}$/.test(p.mac ?? ''))).toBe(true)
    expect(d.networkTeam?.notSeen.join()).toMatch(/comp1.*net1/)
  })

  test('nothing is left of the ports that ask the switch, after kills at random moments', async () => {
    const before = await Promise.all(hosts.map(stateOf))
    for (let i = 0; i < 4; i++) await killedProof('vm1', 5000, 11_000)
    await new Promise((resolve) => setTimeout(resolve, 10_000))
    expect(await Promise.all(hosts.map(stateOf))).toEqual(before)
  }, 120_000)

  test("by a sub-interface of the VM's host, where its kernel knows VLANs, the same is shown; and nothing is left", async () => {
    const before = await Promise.all(hosts.map(stateOf))
    const d = await diagnoseJson(lab, 'vm1', '--prove', '--yes', '--method', 'subinterface')
    expect(asked(d)?.network.from.map((f) => [f.host, f.method])).toEqual([
      ['comp1', 'subinterface'],
      ['net1', 'port'],
    ])
    const [away, back] = asked(d)?.ways ?? []
    if (await knowsVlans('comp1')) {
      expect([away?.is, back?.is, d.causes[0]?.sureness]).toEqual(['lost', 'lost', 'certain'])
    } else {
      expect([away?.is, back?.is, d.causes[0]?.sureness]).toEqual(['unknown', 'lost', 'likely'])
      expect(asked(d)?.network.from[0]?.left.why).toMatch(/Unknown device type/)
    }
    expect(d.causes[0]?.id).toBe('switch-trunk-missing-vlan')
    expect(await Promise.all(hosts.map(stateOf))).toEqual(before)
  })

  test('where nobody can look, that nothing is seen says nothing; that the gateway answers others still does', async () => {
    await runOn('net1', ['mv', '/usr/bin/tcpdump', '/usr/bin/tcpdump.away'])
    try {
      const d = await prove('vm1')
      const there = passagesOf(d).filter((p) => p.host === 'net1')
      expect(new Set(there.map((p) => p.state))).toEqual(new Set(['unknown']))
      expect(there[0]?.why).toMatch(/tcpdump/)
      expect(d.causes.filter((c) => c.sureness === 'certain')).toEqual([])
      expect(asVm(d)?.lost.map((gap) => [gap.conversation, gap.before.host])).toEqual([['arp', 'comp1']])
    } finally {
      await runOn('net1', ['mv', '/usr/bin/tcpdump.away', '/usr/bin/tcpdump'])
    }
  })
})

describe('with a switch that', () => {
  const faults = [
    ['hands the VLAN over untagged', 'switch-native-vlan-mismatch', 'switch-native-vlan-mismatch', 'certain'],
    ['drops what a DHCP server says', 'switch-dhcp-snooping-or-portsec', 'switch-dhcp-snooping-or-portsec', 'certain'],
    ['drops the MAC of the VM', 'switch-port-security', 'switch-dhcp-snooping-or-portsec', 'certain'],
    ['lets the VLAN pass one way only', 'switch-one-way', 'switch-trunk-missing-vlan', 'likely'],
  ] as const
  test.each(faults)('%s: that is named, and nothing else is certain', async (_, fault, cause, sureness) => {
    await labVerb('break', fault, '--vm', 'vm1')
    try {
      const d = await prove('vm1')
      expect(d.causes[0]).toMatchObject({ id: cause, sureness, host: 'comp1' })
      expect([d.verdict, d.causes.slice(1).filter((c) => c.sureness === 'certain')]).toEqual(['broken', []])
    } finally {
      await labVerb('heal')
    }
  })

  test('carries the VLAN to nobody: that is certain, and no port is blamed alone', async () => {
    await labVerb('break', 'switch-vlan-nowhere', '--vm', 'vm1')
    try {
      const d = await prove('vm1')
      expect(d.causes[0]).toMatchObject({ id: 'switch-trunk-missing-vlan', sureness: 'certain' })
      expect(d.causes[0]?.says).toMatch(/the gateway answers neither: comp1, net1/)
      expect(d.causes[0]?.fix[0]).toMatch(/comp1 eth1 and of net1/)
      expect(d.networkTeam?.ports.map((p) => [p.host, p.suspect])).toEqual([
        ['comp1', false],
        ['net1', false],
      ])
    } finally {
      await labVerb('heal')
    }
  })

  test('says nothing of it to a host without arping: that is unknown, and nothing is left there', async () => {
    await labVerb('break', 'switch-one-way', '--vm', 'vm1')
    await runOn('comp1', ['mv', '/usr/bin/arping', '/usr/bin/arping.away'])
    try {
      const d = await prove('vm1')
      expect(asked(d)?.ways.find((w) => w.from === 'comp1')?.is).toBe('unknown')
      expect(asked(d)?.network.from[0]?.left.why).toMatch(/arping/)
      expect(d.causes.filter((c) => c.sureness === 'certain')).toEqual([])
    } finally {
      await runOn('comp1', ['mv', '/usr/bin/arping.away', '/usr/bin/arping'])
      await labVerb('heal')
    }
  })
})

test('two machines that answer for the gateway are named, and that both may be meant to', async () => {
  await labVerb('break', 'duplicate-gateway-ip', '--vm', 'vm1')
  try {
    const d = await prove('vm1')
    expect(d.causes.map((c) => [c.id, c.sureness])).toEqual([['duplicate-gateway-ip', 'likely']])
    expect(asVm(d)?.strangers?.map((s) => [s.is, s.ip])).toEqual([
      ['gateway', '10.19.43.1'],
      ['gateway', '10.19.43.1'],
    ])
  } finally {
    await labVerb('heal')
  }
})

describe('what is left on hosts', () => {
  test('nothing, after 30 kills at random moments', async () => {
    const before = await Promise.all(hosts.map(stateOf))
    for (let i = 0; i < 10; i++) await Promise.all(['vm1', 'vm5', 'vm7'].map((vm) => killedProof(vm)))
    await new Promise((resolve) => setTimeout(resolve, 15_000))
    expect(await Promise.all(hosts.map(stateOf))).toEqual(before)
    const swept = await oldhand(lab, ['sweep', ...hosts, ...reach()])
    expect([swept.code, swept.stdout.match(/nothing is left/g)?.length]).toEqual([0, hosts.length])
  }, 300_000)

  test('sweep finds what a run has left, and removes it alone', async () => {
    const [run, other] = ['0ddba11e', 'br-int']
    await runOn('comp1', [
      'ovs-vsctl',
      'add-port',
      other,
      `oh${run}0`,
      '--',
      'set',
      'Interface',
      `oh${run}0`,
      'type=internal',
    ])
    await runOn('comp1', ['ip', 'netns', 'add', `oldhand-${run}`])
    await runOn('comp1', ['sh', '-c', `setsid timeout 300 env OLDHAND=${run} sleep 300 >/dev/null 2>&1 &`])
    const listed = await oldhand(lab, ['sweep', 'comp1', ...reach()])
    expect(listed.code).toBe(1)
    expect(listed.stdout).toMatch(/in use/)
    await new Promise((resolve) => setTimeout(resolve, 16_000))
    const removed = await oldhand(lab, ['sweep', 'comp1', ...reach(), '--yes'])
    expect([removed.code, removed.stdout]).toEqual([0, 'comp1: nothing is left\n'])
    expect((await stateOf('comp1')).join()).not.toContain(run)
  })
})

/** A kernel that was built without 8021q makes no VLAN device. */
async function knowsVlans(host: string): Promise<boolean> {
  const add = ['ip', 'link', 'add', 'link', 'lo', 'name', 'v0', 'type', 'vlan', 'id', '5']
  return (await runOn(host, ['unshare', '-n', ...add])).code === 0
}

/** Killed at a moment from before its first question to after its end. */
async function killedProof(vm: string, first = 500, last = 10_000): Promise<void> {
  const args = [
    'netns',
    'exec',
    lab.opsNetns,
    process.execPath,
    program,
    'diagnose',
    vm,
    ...reach(),
    '--prove',
    '--yes',
  ]
  const env = { ...process.env, OS_CLIENT_CONFIG_FILE: lab.cloudsFile }
  const child = spawn('ip', args, { env, stdio: 'ignore' })
  const ended = new Promise((resolve) => child.on('exit', resolve))
  const killing = setTimeout(() => child.kill('SIGKILL'), first + Math.random() * (last - first))
  await ended
  clearTimeout(killing)
}

/** Processes, files, devices, ports, mirrors and namespaces, by name. */
async function stateOf(host: string): Promise<readonly string[]> {
  const look = [
    'ps -eo args | grep -E "tcpdump|OLDHAND" | grep -v grep',
    'ls -A /tmp /var/tmp /root /home/oldhand /run/netns',
    'ls /sys/class/net',
    'ovs-vsctl --bare --columns=name list Port',
    'ovs-vsctl --bare --columns=name list Mirror',
  ]
  const { stdout } = await runOn(host, ['sh', '-c', look.join('; ')])
  return stdout.split('\n').toSorted()
}

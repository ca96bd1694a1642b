import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { z } from 'zod'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Lab, openLab, requestLease, runOn } from '../../lab/index.ts'
import { readCapture } from '../../src/capture/read.ts'
import { type DiagnosisJson } from '../../src/report/json.ts'
import { watchSchema } from '../../src/report/watch/schema.ts'
import { lab as labVerb, oldhand, program } from './tool.ts'

/** What an operator hears of a VM whose guest asks for its address while he listens. */

let lab: Lab
const folder = mkdtempSync(join(tmpdir(), 'oldhand-watch-'))
const vm = () => lab.vms.find(({ name }) => name === 'vm1') ?? expect.fail('no vm1')
const reach = () => ['--os-cloud', lab.clouds.password, '--ssh-config', lab.sshConfig]

beforeAll(async () => {
  lab = await openLab()
  await labVerb('heal')
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A guest asks again and again until nobody listens any more. */
async function heard(guest: () => Promise<unknown>, ...more: readonly string[]) {
  const watching = oldhand(lab, ['watch', 'vm1', '--json', ...reach(), ...more])
  let over = false
  void watching.finally(() => (over = true))
  // What the guest says before anybody listens is not heard.
  for (let i = 0; i < 60 && !over && (await marked()) === ''; i++) await sleep(250)
  while (!over) await Promise.all([guest(), sleep(1000)])
  const ran = await watching
  if (ran.stdout === '') throw new Error(`watch printed nothing: ${ran.stderr}`)
  return { ...(watchSchema.parse(JSON.parse(ran.stdout)) as z.infer<typeof watchSchema>), code: ran.code }
}

const asks = () => requestLease('vm1')
const checksItsAddress = () =>
  runOn('guest:vm1', [
    'busybox',
    'udhcpc',
    '-i',
    'eth0',
    '-f',
    '-q',
    '-n',
    '-t',
    '2',
    '-T',
    '1',
    '-a1000',
    '-s',
    '/bin/true',
  ])
const isQuiet = () => sleep(1000)

const marked = async (): Promise<string> => {
  const found = await Promise.all([vm().host, 'net1'].map((host) => runOn(host, ['pgrep', '-af', 'OLDHAND|tcpdump'])))
  return found.map(({ stdout }) => stdout).join('')
}

/** What a proof of vm1 shows, kept as a recording and told again from it. */
async function proven(name: string) {
  const file = join(process.env.OLDHAND_RECORD ?? folder, `${name}.oldhand`)
  const ran = await oldhand(lab, ['record', 'vm1', '--prove', '--yes', '-o', file, ...reach()])
  if (ran.code !== 0) throw new Error(`record: ${ran.stderr}`)
  const told = await oldhand(lab, ['diagnose', '--bundle', file, '--json'])
  return { file, ...(JSON.parse(told.stdout) as DiagnosisJson) }
}

describe('a healthy VM', () => {
  test('is proven healthy with nobody strange about it, and its recording shows the same, with the frames', async () => {
    await asks()
    const { file, ...d } = await proven('healthy-proven')
    expect([d.verdict, d.causes, d.warnings]).toEqual(['healthy', [], []])
    expect(d.experiments[0]).toMatchObject({ id: 'as-the-vm', strangers: [], guest: 'speaks' })
    const ran = await oldhand(lab, ['pcap', file, '-w', join(folder, 'proof.pcapng')])
    expect(ran.stdout).toMatch(/DHCP DISCOVER/)
    const { interfaces, frames } = readCapture(readFileSync(join(folder, 'proof.pcapng')))
    expect(interfaces).toEqual(expect.arrayContaining([`${vm().host}/eth1`, `${vm().host}/${vm().tap}`, 'net1/eth1']))
    expect(frames.length).toBeGreaterThan(20)
  }, 60_000)

  test('gets its lease, ends early, keeps its frames for any tool, and leaves nothing', async () => {
    const file = join(folder, 'vm1.pcapng')
    const story = await heard(asks, '--for', '40', '-w', file)
    expect([story.outcome, story.findings, story.unheard, story.code]).toEqual(['leased', [], [], 0])
    expect(story.seconds).toBeLessThan(20)
    const types = (at: string) =>
      story.heard.filter((f) => f.interface.includes(at)).flatMap((f) => /DHCP (\w+)/.exec(f.says)?.[1] ?? [])
    expect(types(vm().tap)).toEqual(expect.arrayContaining(['DISCOVER', 'OFFER', 'REQUEST', 'ACK']))
    expect(types('net1/tap')).toEqual(expect.arrayContaining(['DISCOVER', 'OFFER', 'REQUEST', 'ACK']))
    expect(readCapture(readFileSync(file)).frames.length).toBe(story.heard.length)
    expect(await marked()).toBe('')
  })
})

describe.sequential.each([
  { fault: 'rogue-dhcp-server', guest: asks },
  { fault: 'duplicate-dhcp-server-ip', guest: asks },
  { fault: 'duplicate-mac', guest: asks },
  { fault: 'dhcp-decline-ip-conflict', guest: checksItsAddress },
  // Who has taken an offer a moment ago is not broken yet.
  { fault: 'udp-checksum-bad', guest: asks, first: asks },
])('$fault', ({ fault, guest, first }) => {
  test('is found for certain, with its frames, by a proof and by listening', async () => {
    try {
      await labVerb('break', fault, '--vm', 'vm1')
      await first?.()
      const { causes, verdict } = await proven(fault)
      expect(causes[0], JSON.stringify(causes, null, 1)).toMatchObject({ id: fault, sureness: 'certain' })
      expect(causes[0]?.because[0]?.line).toMatch(/^\d\d:.*(ARP|DHCP OFFER)/)
      expect(verdict).toBe('broken')
      const story = await heard(guest, '--for', '40')
      const found = story.findings.find(({ id }) => id === fault)
      expect(found?.sureness, JSON.stringify(story.findings, null, 1)).toBe('certain')
      expect(found?.frames.length).toBeGreaterThan(0)
      expect([story.outcome, story.code]).toEqual(['trouble', 1])
    } finally {
      await labVerb('heal')
    }
  }, 400_000)
})

test('a guest that sends nothing is silent, and has to be asked for its address to be called so', async () => {
  try {
    await labVerb('break', 'guest-silent', '--vm', 'vm1')
    // Who spoke a moment ago is not silent.
    await sleep(31_000)
    const { causes, verdict } = await proven('guest-silent')
    expect(causes.map((c) => [c.id, c.sureness])).toEqual([['guest-silent', 'likely']])
    expect(verdict).toBe('broken')
    const story = await heard(isQuiet, '--for', '5')
    expect(story.findings.map(({ id }) => id)).toEqual(['guest-silent'])
    expect(story.outcome).not.toBe('spoke')
  } finally {
    await labVerb('heal')
  }
}, 400_000)

test('where tcpdump is refused, the port is unheard and nobody is called silent', async () => {
  const own = '/etc/sudoers.d/oldhand'
  try {
    await runOn(vm().host, ['sh', '-c', `cp ${own} /root/kept && sed -i '/OLDHAND_WATCH$/d' ${own}`])
    const story = await heard(isQuiet, '--for', '5')
    expect([story.outcome, story.findings, story.code]).toEqual(['unheard', [], 3])
    expect(story.unheard.every(({ host, reason }) => host === vm().host && reason.includes('denied'))).toBe(true)
  } finally {
    await runOn(vm().host, ['install', '-m', '0440', '/root/kept', own])
  }
})

test('killed in the middle, it leaves nothing on a host after its time', async () => {
  const argv = ['netns', 'exec', lab.opsNetns, process.execPath, program, 'watch', 'vm1', '--for', '5', ...reach()]
  const child = execFile('ip', argv, { env: { ...process.env, OS_CLIENT_CONFIG_FILE: lab.cloudsFile } })
  for (let i = 0; i < 40 && (await marked()) === ''; i++) await sleep(250)
  expect(await marked()).toContain('tcpdump')
  child.kill('SIGKILL')
  await sleep(12_000)
  expect(await marked()).toBe('')
})

import { expect, test } from 'vitest'
import { diagnose } from '../../app.ts'
import type { Answer } from '../../core/answer.ts'
import type { Diagnosis } from '../../core/diagnosis.ts'
import { type Bundle, readBundle } from '../../hosts/bundle.ts'
import { replay } from '../../hosts/replay.ts'

/** What the inside of the DHCP namespace decides, by recordings of one VM on one day: served, and forgotten by dnsmasq. */

const recorded = (name: string) => readBundle(new URL(`recorded/${name}.oldhand`, import.meta.url).pathname)

async function told(bundle: Bundle): Promise<Diagnosis> {
  const outcome = await diagnose(bundle.asked, replay(bundle))
  if (outcome.kind !== 'diagnosis') throw new Error(outcome.kind)
  return outcome.diagnosis
}
const insideOf = (d: Diagnosis) => d.experiments.flatMap((e) => (e.id === 'from-the-dhcp-namespace' ? e.hosts : []))
const suspects = (d: Diagnosis) => d.causes.map((c) => [c.cause.id, c.verdict.sure])

const isHostFile = ({ ask }: Answer) => ask.argv[0] === 'cat' && ask.argv[1]?.endsWith('/host') === true
const isInside = ({ ask }: Answer) => ask.argv.includes('tcpdump') && ask.argv.includes('netns')

/** The recording with dnsmasq's host file of another. */
async function withHostFileOf(other: string, name: string): Promise<Bundle> {
  const [bundle, file] = [await recorded(name), (await recorded(other)).answers.find(isHostFile)]
  return { ...bundle, answers: bundle.answers.map((a) => (file && isHostFile(a) ? { ...file, ask: a.ask } : a)) }
}

test('a server that offers is there, and knows the VM, whatever lies between them', async () => {
  const d = await told(await recorded('healthy'))
  expect([d.verdict, d.warnings]).toEqual(['healthy', []])
  expect(insideOf(d)).toMatchObject([
    {
      host: 'net1',
      server: { ok: true, fact: { is: 'offered', ip: d.subject.port.fixedIps[0]?.ip } },
      reached: [
        { is: 'gateway', arp: { ok: true, fact: { mac: expect.any(String) } }, pings: { fact: { received: 3 } } },
        { is: 'VM', arp: { ok: true, fact: { mac: d.subject.port.mac } } },
      ],
    },
  ])
})

test('a server that is asked and silent, and has the VM not in its file, makes that certain; its own words are shown', async () => {
  const d = await told(await recorded('dnsmasq-host-entry-missing'))
  expect(suspects(d)).toEqual([['dnsmasq-host-entry-missing', 'certain']])
  expect(d.causes[0]?.verdict.because.map((b) => b.line).join()).toMatch(/no address available/)
})

test('where nothing was captured inside, it is no more than likely', async () => {
  const bundle = await recorded('dnsmasq-host-entry-missing')
  const d = await told({ ...bundle, answers: bundle.answers.filter((a) => !isInside(a)) })
  expect(insideOf(d)[0]?.server.ok).toBe(false)
  expect(suspects(d)).toEqual([['dnsmasq-host-entry-missing', 'likely']])
})

test('a silent server with the VM in its file is not explained by the file, and not excused by it', async () => {
  const d = await told(await withHostFileOf('healthy', 'dnsmasq-host-entry-missing'))
  expect([d.verdict, suspects(d)]).toEqual(['broken', []])
  expect(d.unknown.map((u) => u.id)).toContain('dnsmasq-host-entry-missing')
})

test('a server that still offers what is no longer in its file is a warning: nothing is broken yet', async () => {
  const d = await told(await withHostFileOf('dnsmasq-host-entry-missing', 'healthy'))
  expect([suspects(d), d.warnings.map((w) => w.cause.id)]).toEqual([[], ['dnsmasq-host-entry-missing']])
})

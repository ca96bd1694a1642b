import { expect, test } from 'vitest'
import { diagnose } from '../../src/app.ts'
import type { Diagnosis } from '../../src/core/diagnosis.ts'
import { type Bundle, readBundle } from '../../src/hosts/bundle.ts'
import { replay } from '../../src/hosts/replay.ts'

/** The healthy recording, with other words in dnsmasq's log: a VM that asks in vain is not healthy. */

const healthy = await readBundle(new URL('../bundles/healthy.oldhand', import.meta.url).pathname)

const withLog = (edit: (lines: readonly string[]) => readonly string[], of: Bundle = healthy): Bundle => ({
  ...of,
  answers: of.answers.map((a) =>
    a.ask.argv.includes('dnsmasq-dhcp') ? { ...a, stdout: `${edit(a.stdout.trim().split('\n')).join('\n')}\n` } : a,
  ),
})

async function diagnosed(bundle: Bundle): Promise<Diagnosis> {
  const outcome = await diagnose(bundle.asked, replay(bundle))
  if (outcome.kind !== 'diagnosis') throw new Error(outcome.kind)
  return outcome.diagnosis
}

const dhcpHops = (d: Diagnosis) =>
  d.journey
    .filter((leg) => leg.conversation === 'dhcp')
    .flatMap((leg) => leg.hops.map((hop) => [leg.direction, hop.name, hop.status].join(' ')))

test('as recorded it is healthy', async () => {
  expect((await diagnosed(healthy)).verdict).toBe('healthy')
})

test('offers that are never taken up: the reply is not seen to arrive', async () => {
  const d = await diagnosed(withLog((lines) => lines.filter((line) => !/DHCP(ACK|REQUEST)/.test(line))))
  expect(d.verdict).toBe('undetermined')
  expect(dhcpHops(d)).toContain('reply guest port unknown')
  expect(dhcpHops(d)).toContain('reply dnsmasq passed')
})

const refused = (line: string) =>
  line.replace(/DHCP(DISCOVER|OFFER|REQUEST|ACK)\((\S+)\) .*?(\S{17}).*$/, 'DHCPDISCOVER($2) $3 no address available')

test('a request that is refused makes nobody healthy, and the host file is not taken for the last word', async () => {
  const d = await diagnosed(withLog((lines) => lines.map(refused)))
  expect(d.verdict).toBe('undetermined')
  expect(dhcpHops(d)).toContain('request dnsmasq unknown')
  expect(d.unknown.map((u) => u.id)).toContain('dnsmasq-host-entry-missing')
})

test('what a dnsmasq has refused that was started anew since is not held against its host file', async () => {
  const bundle = withLog((lines) => lines.map(refused))
  const answers = bundle.answers.map((a) => ({ ...a, stdout: a.stdout.replace(JUST_STARTED, '$1 0 $2') }))
  expect((await diagnosed({ ...bundle, answers })).ruledOut.map((r) => r.id)).toContain('dnsmasq-host-entry-missing')
})
/** pid and parent, age, what follows (ps). */
const JUST_STARTED = /^( *\d+ +\d+) +\d+ (.*dnsmasq.*)$/gm

/** Nothing has been sent from the VM's address. */
const silent: Bundle = {
  ...healthy,
  answers: healthy.answers.map((a) =>
    a.ask.argv.includes('dump-flows')
      ? { ...a, stdout: a.stdout.replace(/n_packets=\d+(?=.*(?:nw_src|arp_spa)=\d)/g, 'n_packets=0') }
      : a,
  ),
}

test('an acknowledgement without an offer is no proof that anything arrives: a guest at boot asks for what it had', async () => {
  const renewed = (lines: readonly string[]) => lines.filter((line) => /DHCP(ACK|REQUEST)/.test(line))
  expect((await diagnosed(withLog(renewed))).verdict).toBe('healthy')
  const d = await diagnosed(withLog(renewed, silent))
  expect(d.verdict).toBe('undetermined')
  expect(dhcpHops(d)).toContain('reply guest port unknown')
  expect(dhcpHops(d)).toContain('request dnsmasq passed')
})

import { expect, test } from 'vitest'
import { diagnose } from '../../app.ts'
import type { Answer } from '../../core/answer.ts'
import { type Bundle, readBundle } from '../../hosts/bundle.ts'
import { replay } from '../../hosts/replay.ts'

/** Which checksums of an offer are held against it, by recordings of a VM whose guest takes its offers, and of one that cannot. */

const recorded = (name: string) =>
  readBundle(new URL(`../../../test/bundles/${name}.oldhand`, import.meta.url).pathname)

async function told(bundle: Bundle, change: (answer: Answer) => Answer = (a) => a) {
  const answers = bundle.answers.map(change)
  const outcome = await diagnose(bundle.asked, replay({ ...bundle, answers }))
  if (outcome.kind !== 'diagnosis') throw new Error(outcome.kind)
  const { verdict, causes, warnings, ruledOut, unknown, subject } = outcome.diagnosis
  const [first] = causes
  const is = (all: readonly { id: string }[]) => all.some(({ id }) => id === 'udp-checksum-bad')
  const named = (all: typeof causes) => all.map((s) => [s.cause.id, s.verdict.sure])
  return {
    verdict,
    causes: named(causes),
    warnings: named(warnings),
    todo: first?.cause.fix(first.verdict.detail, { subject, host: first.host })[0]?.run?.join(' '),
    rest: is(ruledOut) ? 'ruled out' : is(unknown) ? 'unknown' : '-',
  }
}

/** Of an offer: both addresses, both ports, length, checksum. */
const OFFER = /([0-9a-f]{16})(00430044)([0-9a-f]{4})[0-9a-f]{4}/g
const LEFT_TO_A_NIC = 'left to a NIC'

/** The captures of these devices, with another checksum in each offer. */
const withSum =
  (sum: string, ...devices: readonly RegExp[]) =>
  (a: Answer): Answer => {
    const device = a.ask.argv.at(-2) ?? ''
    if (!a.ask.argv.includes('tcpdump') || !devices.some((d) => d.test(`${a.ask.host}/${device}`))) return a
    const stdout = a.stdout.replace(/\s/g, '').replace(OFFER, (_, ips: string, ports: string, length: string) => {
      return `${ips}${ports}${length}${sum === LEFT_TO_A_NIC ? pseudo(ips, length) : sum}`
    })
    return { ...a, stdout }
  }

/** The sum of the pseudo header alone (RFC 768). */
function pseudo(ips: string, length: string): string {
  let sum = 17 + Number.parseInt(length, 16)
  for (const word of ips.match(/.{4}/g) ?? []) sum += Number.parseInt(word, 16)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16)
  return sum.toString(16).padStart(4, '0')
}

const [NAMESPACE, LEAVING, COMING, PORT] = [/^net1\/tap/, /^net1\/eth/, /^comp1\/eth/, /^comp1\/tap/]
const withoutLog = (a: Answer): Answer =>
  a.ask.argv[0] === 'journalctl' && a.ask.argv.includes('dnsmasq-dhcp') ? { ...a, stdout: '' } : a

test('a wrong sum is one whatever else is known, and a guest that takes its offers all the same is not broken', async () => {
  const healthy = await recorded('healthy-proven')
  const wrong = withSum('1234', COMING, PORT)
  const taken = await told(healthy, wrong)
  expect([taken.causes, taken.warnings]).toEqual([[], [['udp-checksum-bad', 'certain']]])
  const unasked = await told(healthy, (a) => wrong(withoutLog(a)))
  expect([unasked.verdict, unasked.causes]).toEqual(['broken', [['udp-checksum-bad', 'certain']]])
  expect(unasked.todo).toBe('ethtool -K eth1 tx off')
})

test('no sum at all is allowed, and one that is left to the NIC is normal where it leaves', async () => {
  const healthy = await recorded('healthy-proven')
  for (const change of [
    withSum('0000', NAMESPACE, LEAVING, COMING, PORT),
    withSum(LEFT_TO_A_NIC, NAMESPACE, LEAVING),
    // Something has completed it before the guest.
    withSum(LEFT_TO_A_NIC, NAMESPACE, LEAVING, COMING),
  ])
    expect(await told(healthy, (a) => change(withoutLog(a)))).toMatchObject({
      ...{ verdict: 'healthy', causes: [], warnings: [], rest: 'ruled out' },
    })
})

test('one that is never computed: what the guest makes of it decides', async () => {
  const unfinished = withSum(LEFT_TO_A_NIC, NAMESPACE, LEAVING, COMING, PORT)
  const ignored = await told(await recorded('udp-checksum-bad'), unfinished)
  expect(ignored.causes).toEqual([['udp-checksum-bad', 'certain']])
  expect(ignored.todo).toMatch(/^systemctl restart neutron-dhcp-agent/)
  const healthy = await recorded('healthy-proven')
  expect(await told(healthy, unfinished)).toMatchObject({ verdict: 'healthy', warnings: [], rest: 'ruled out' })
  const unasked = await told(healthy, (a) => unfinished(withoutLog(a)))
  expect(unasked).toMatchObject({ verdict: 'undetermined', causes: [['udp-checksum-bad', 'possible']] })
})

test('of a frame that was cut short nothing is known', async () => {
  const healthy = await recorded('healthy-proven')
  const cut = (a: Answer): Answer =>
    a.ask.argv.includes('tcpdump')
      ? { ...a, stdout: a.stdout.replace(/\s/g, '').replaceAll(/(00430044)[0-9a-f]{4}/g, '$1ffff') }
      : a
  expect(await told(healthy, (a) => cut(withoutLog(a)))).toMatchObject({ causes: [], warnings: [], rest: 'unknown' })
})

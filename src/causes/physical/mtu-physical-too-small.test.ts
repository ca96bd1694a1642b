import { expect, test } from 'vitest'
import { diagnose } from '../../app.ts'
import type { Answer } from '../../core/answer.ts'
import { readBundle } from '../../hosts/bundle.ts'
import { replay } from '../../hosts/replay.ts'

/** What lost large pings are taken for, by the recording of a NIC of the VM's host that does not carry them. */

const recorded = await readBundle(
  new URL('../../../test/bundles/mtu-physical-too-small.oldhand', import.meta.url).pathname,
)

async function told(...changes: readonly ((answer: Answer) => Answer)[]) {
  const answers = recorded.answers.map((a) => changes.reduce((changed, change) => change(changed), a))
  const outcome = await diagnose(recorded.asked, replay({ ...recorded, answers }))
  if (outcome.kind !== 'diagnosis') throw new Error(outcome.kind)
  const { causes, unknown } = outcome.diagnosis
  const mine = unknown.find(({ id }) => id === 'mtu-physical-too-small')
  return [...causes.map((s) => `${s.cause.id} ${s.verdict.sure}`), ...(mine ? [`unknown: ${mine.missing.en}`] : [])]
}

const links = ({ ask: { argv } }: Answer) => argv.join(' ') === 'ip -o link show'
/** The MTU of devices of the VM's host, as its kernel would tell it. */
const withMtu =
  (device: string, mtu: number) =>
  (a: Answer): Answer =>
    a.ask.host === 'comp1' && links(a)
      ? { ...a, stdout: a.stdout.replace(new RegExp(`( ${device}[^:]*: .* mtu )\\d+`, 'g'), `$1${mtu}`) }
      : a
const isPing = ({ ask: { argv } }: Answer, large: boolean) => argv.includes('ping') && argv.includes('do') === large
const unanswered = (a: Answer): Answer =>
  isPing(a, false) ? { ...a, stdout: a.stdout.replace(/\d received.*/, '0 received, 100% packet loss, time 400ms') } : a
const refused = (a: Answer): Answer =>
  isPing(a, true) ? { ...a, stderr: 'ping: local error: message too long, mtu=1450\n' } : a

test('by a NIC that is too small it is certain, by the pings alone likely', async () => {
  expect(await told()).toEqual(['mtu-physical-too-small certain'])
  expect(await told(withMtu('eth1', 1500))).toEqual(['mtu-physical-too-small likely'])
})

test("a VM that answers no ping, a DHCP port that refuses them, and a tap that is too small are not the network's fault", async () => {
  expect(await told(unanswered)).toEqual([expect.stringMatching(/^unknown: .*small ones are not all answered/)])
  expect(await told(refused)).toEqual([expect.stringMatching(/^unknown/)])
  expect(await told(withMtu('tap', 1450))).toEqual([
    expect.stringMatching(/^unknown: the VM's own devices .* MTU 1450/),
  ])
})

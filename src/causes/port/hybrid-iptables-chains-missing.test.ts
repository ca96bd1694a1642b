import { expect, test } from 'vitest'
import { diagnose } from '../../app.ts'
import { type Bundle, readBundle } from '../../hosts/bundle.ts'
import { replay } from '../../hosts/replay.ts'

/** The healthy VM behind the hybrid firewall, with other rules on its host. */

const healthy = await readBundle(new URL('../../../test/bundles/healthy-hybrid.oldhand', import.meta.url).pathname)
const id = 'hybrid-iptables-chains-missing'

const answering = (command: string, edit: (text: string) => string): Bundle => ({
  ...healthy,
  answers: healthy.answers.map((a) =>
    a.ask.argv.join(' ').startsWith(command) ? { ...a, stdout: edit(a.stdout), exit: 0 } : a,
  ),
})
const withRules = (edit: (text: string) => string) => answering('iptables-save', edit)
const first = (rule: string) => (text: string) =>
  text.replace(/^(\[\d+:\d+\] -A FORWARD )/m, `[7:99] -A FORWARD ${rule}\n$1`)

async function verdictOn(bundle: Bundle) {
  const outcome = await diagnose(bundle.asked, replay(bundle))
  if (outcome.kind !== 'diagnosis') throw new Error(outcome.kind)
  const { causes, warnings, unknown, ruledOut, verdict } = outcome.diagnosis
  const about = [...causes, ...warnings].find((c) => c.cause.id === id)
  return {
    verdict,
    broken: causes.map((c) => c.cause.id),
    warned: warnings.map((c) => c.cause.id),
    unknown: unknown.some((u) => u.id === id),
    ruledOut: ruledOut.some((r) => r.id === id),
    says: about?.cause.words.en.says(about.verdict.detail) ?? '',
  }
}

test.each([
  ['-j REJECT --reject-with icmp-host-prohibited', /request .* -A FORWARD -j REJECT/],
  ['-m physdev --physdev-is-bridged -j DROP', /request .* --physdev-is-bridged -j DROP/],
  ['-p udp -m udp --sport 67 --dport 68 -j DROP', /reply .* --dport 68 -j DROP/],
])('a foreign rule before those of Neutron: %s', async (rule, says) => {
  const d = await verdictOn(withRules(first(rule)))
  expect([d.verdict, d.broken]).toEqual(['broken', [id]])
  expect(d.says).toMatch(says)
})

test.each([
  '-p tcp -j DROP',
  '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  '-i docker0 ! -o docker0 -j DROP',
  '-m limit --limit 5/min -j LOG --log-prefix "IN: "',
])('a foreign rule that is about something else: %s', async (rule) => {
  expect(await verdictOn(withRules(first(rule)))).toMatchObject({ verdict: 'healthy', broken: [], ruledOut: true })
})

test('a rule of which nobody can say whether it matches is not guessed at', async () => {
  expect(await verdictOn(withRules(first('-m recent --rcheck --name x -j DROP')))).toMatchObject({ unknown: true })
  const legacy = (text: string) =>
    `# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n${text}`
  expect(await verdictOn(withRules(legacy))).toMatchObject({ unknown: true, broken: [] })
  expect(await verdictOn(withRules((text) => text.slice(0, -400)))).toMatchObject({ ruledOut: false, broken: [] })
})

test.each<[string, Bundle]>([
  ['jumps gone, policy ACCEPT', withRules((text) => text.replace(/^\[.*\] -A FORWARD .*\n/gm, ''))],
  ['chains of the port flushed', withRules((text) => text.replace(/^\[.*\] -A neutron-openvswi-[io].*\n/gm, ''))],
  ['accepted before', withRules(first('-j ACCEPT'))],
  ['bridged frames not shown', answering('cat /proc/sys/net/bridge', () => '0\n')],
])('what lets everything pass is a warning: %s', async (_, bundle) => {
  expect(await verdictOn(bundle)).toMatchObject({ broken: [], warned: [id] })
})

test('without the answer it is unknown, not healthy', async () => {
  const deaf = {
    ...healthy,
    answers: healthy.answers.filter((a) => !a.ask.argv.join(' ').startsWith('iptables-save')),
  }
  expect(await verdictOn(deaf)).toMatchObject({ unknown: true, ruledOut: false })
})

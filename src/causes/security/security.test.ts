import type { Leg } from '../../core/hop.ts'
import { describe, expect, test } from 'vitest'
import { apiOf, type Change, changed, configOf, flowsOf, matchingVm, ofVm, verdictOn } from '../../../test/changed.ts'

/** The healthy VM: ofport 3, local VLAN 1. */

const brInt = (edit: (lines: readonly string[]) => readonly string[]) => flowsOf('comp1', 'br-int', edit)
const dropping = (pattern: RegExp) => brInt((lines) => lines.filter((line) => !matchingVm(pattern).test(line)))
const driver = (name: string) =>
  configOf('comp1', (text) => text.replaceAll(/firewall_driver = \w+/g, `firewall_driver = ${name}`))

const needed = (journey: readonly Leg[]) =>
  journey.filter(({ conversation }) => conversation === 'dhcp' || conversation === 'arp')

describe('ovsfw-port-flows-missing', () => {
  const id = 'ovsfw-port-flows-missing'
  const on = async (...changes: readonly Change[]) => verdictOn(await changed('healthy', ...changes), id, 'comp1')
  const noFirewall = dropping(/table=(71|72|73|81|82),|table=60,.*priority=(100|90)/)
  const port = /table=(60|71|72|81|82),.*(in_port=3\b|reg5=0x3\b)|table=60,.*load:0x3->NXM_NX_REG5/
  const spoof = brInt((lines) => [
    ...lines,
    ofVm(
      ' cookie=0x1, duration=9s, table=0, n_packets=4, n_bytes=9, idle_age=2, priority=9,in_port=3 actions=resubmit(,25)',
    ),
  ])

  test('what the VM sends, or gets, has no flow where the firewall takes it', async () => {
    expect(await on(dropping(/table=71,.*in_port=3\b/))).toMatch(/certain|likely/)
    expect(await on(dropping(/table=81,.*reg5=0x3\b/))).toMatch(/certain|likely/)
  })
  test('while the port is being wired nothing is certain', async () => {
    const building = apiOf(/\/ports\/[0-9a-f-]{36}$/, (text) => text.replace('"ACTIVE"', '"DOWN"'))
    expect(await on(dropping(/table=71,.*in_port=3\b/), building)).toBe('likely')
  })
  test('a port without any of its flows is switched past the firewall: a warning', async () => {
    expect(await on(dropping(port))).toBe('warning')
  })
  test('is another firewall’s story: hybrid by its own flows, or by the configuration', async () => {
    expect(await on(noFirewall, spoof, driver('iptables_hybrid'))).toBe('ruled out')
    expect(await on(noFirewall, driver('iptables_hybrid'))).toBe('ruled out')
    expect(await on(noFirewall, driver('noop'))).toBe('ruled out')
  })
  test('where security groups are switched off on the host, no port has flows', async () => {
    expect(await on(noFirewall)).toBe('unknown')
  })
  test('a host that was moved from hybrid has ports of both kinds', async () => {
    expect(await on(dropping(port), spoof)).toBe('ruled out')
  })
  test('without port security the firewall passes all', async () => {
    const passing = brInt((lines) =>
      lines
        .filter((line) => !matchingVm(/table=(71|72),.*in_port=3\b/).test(line))
        .map((line) =>
          matchingVm(/table=60,.*priority=100,in_port=3\b/).test(line) ? line.replace('(,71)', '(,73)') : line,
        ),
    )
    expect(await on(passing)).toBe('ruled out')
  })
})

/** The port's groups with the rules of one direction taken out. */
const closed = (direction: string, keep: (rule: { remote_group_id: string | null }) => boolean = () => false) =>
  apiOf(/security-groups\//, (text) => {
    const body = JSON.parse(text) as {
      security_group: { security_group_rules: { direction: string; remote_group_id: string | null }[] }
    }
    const { security_group: group } = body
    group.security_group_rules = group.security_group_rules.filter((r) => r.direction !== direction || keep(r))
    return JSON.stringify(body, null, 1)
  })
const refused = (table: number, packets: number) =>
  brInt((lines) =>
    lines.map((line) =>
      new RegExp(ofVm(`table=${table},.*priority=40,ct_state=-est,reg5=0x3 `)).test(line)
        ? line.replace(/n_packets=\d+/, `n_packets=${packets}`).replace(/idle_age=\d+/, 'idle_age=3')
        : line,
    ),
  )
const noRows = (table: number) => dropping(new RegExp(`table=${table},.*priority=7\\d,.*reg5=0x3\\b`))
const unprotected = apiOf(/\/ports\/[0-9a-f-]{36}$/, (text) =>
  text.replace('"port_security_enabled": true', '"port_security_enabled": false'),
)

describe('sg-no-egress-rule', () => {
  const on = async (...changes: readonly Change[]) =>
    verdictOn(await changed('healthy', ...changes), 'sg-no-egress-rule', 'api')

  test('certain where the API, the flows and the counter say so', async () => {
    expect(await on(closed('egress'), noRows(72), refused(72, 4))).toBe('certain')
  })
  test('a warning where nothing was refused', async () => {
    expect(await on(closed('egress'), noRows(72), refused(72, 0))).toBe('warning')
  })
  test('unknown where the flows still let packets out', async () => {
    expect(await on(closed('egress'), refused(72, 4))).toBe('unknown')
  })
  test('only possible under another firewall', async () => {
    const hybrid = dropping(/table=(71|72|73|81|82),|table=60,.*priority=(100|90)/)
    expect(await on(closed('egress'), hybrid, driver('iptables_hybrid'))).toBe('possible')
  })
  test('nothing is filtered without port security', async () => {
    expect(await on(closed('egress'), noRows(72), refused(72, 4), unprotected)).toBe('ruled out')
  })
  test('a group that this user may not see is not one without rules', async () => {
    expect(await on(apiOf(/security-groups\//, () => '{\n "NeutronError": {}\n}'))).toBe('unknown')
  })
  test('stops neither DHCP nor ARP', async () => {
    const d = await changed('healthy', closed('egress'), noRows(72), refused(72, 4))
    expect(d.verdict).toBe('broken')
    expect(
      needed(d.journey)
        .flatMap((leg) => leg.hops)
        .filter((hop) => hop.status !== 'passed'),
    ).toEqual([])
  })
})

describe('sg-no-ingress-rule', () => {
  const on = async (...changes: readonly Change[]) =>
    verdictOn(await changed('healthy', ...changes), 'sg-no-ingress-rule', 'api')

  test('likely, never more, where packets were refused a moment ago', async () => {
    expect(await on(closed('ingress'), noRows(82), refused(82, 3))).toBe('likely')
  })
  test('nothing is filtered without port security', async () => {
    expect(await on(closed('ingress'), noRows(82), refused(82, 3), unprotected)).toBe('ruled out')
  })
  test('ruled out where nobody was refused', async () => {
    expect(await on(closed('ingress'), noRows(82), refused(82, 0))).toBe('ruled out')
  })
  test('ruled out by a rule for anybody, however much is refused', async () => {
    expect(await on(refused(82, 3000))).toBe('ruled out')
  })
  test('members of a group may come in where it has others', async () => {
    expect(
      await on(
        closed('ingress', (r) => r.remote_group_id !== null),
        refused(82, 3),
      ),
    ).toBe('ruled out')
  })
  test('a group of one lets in nobody', async () => {
    const alone = dropping(/table=82,.*conjunction\(\d+,1\/2\)|table=82,.*priority=7\d,(?!.*conj).*reg5=0x3\b/)
    expect(
      await on(
        closed('ingress', (r) => r.remote_group_id !== null),
        alone,
        refused(82, 3),
      ),
    ).toBe('likely')
  })
  test('nobody knows under another firewall', async () => {
    const hybrid = dropping(/table=(71|72|73|81|82),|table=60,.*priority=(100|90)/)
    expect(await on(closed('ingress'), hybrid, driver('iptables_hybrid'))).toBe('unknown')
  })
})

import { expect, test } from 'vitest'
import { type SwitchWays, usualWays } from '../../core/ask-the-switch.ts'
import type { OvsBridge, OvsPort } from '../../probes/ovs/ovsdb.ts'
import type { Provider } from '../../probes/wiring/provider.ts'
import { byOf } from './by.ts'

/** By what each host is asked, and what an operator is told where it cannot be asked as he wants. */

const nics = [{ name: 'bond0', interfaces: [{ name: 'eth1' }] }] as unknown as readonly OvsPort[]
const bridge = { name: 'br-ex' } as OvsBridge
const whole = { name: 'br-ex', bridge, nics } as Provider
const withoutNic = { ...whole, nics: [] }
const { bridge: _, ...withoutBridge } = withoutNic

const by = (provider: Provider, ways: SwitchWays, isOwn = true) => {
  const found = byOf({ host: 'comp1', provider, isOwn }, ways)
  return found.ok ? [found.fact.method, found.fact.on] : found.problem.en
}
const sub = (named: Readonly<Record<string, string>> = {}): SwitchWays => ({ method: 'subinterface', nics: named })

test('without a wish every host gets a port on its bridge', () => {
  expect(by(whole, usualWays)).toEqual(['port', 'br-ex'])
})

test("a sub-interface takes the VLAN away: only the VM's host gets one, and whoever's NIC is named", () => {
  expect(by(whole, sub())).toEqual(['subinterface', 'eth1'])
  expect(by(whole, sub(), false)).toEqual(['port', 'br-ex'])
  expect(by(whole, sub({ comp1: 'eth7' }), false)).toEqual(['subinterface', 'eth7'])
})

test('where the bridge is missing, or has no NIC, the NIC that was named is asked by', () => {
  for (const provider of [withoutBridge, withoutNic])
    expect(by(provider, sub({ comp1: 'eth1' }))).toEqual(['subinterface', 'eth1'])
})

test('where nothing tells the NIC the operator is told how to name it, and of the method where he did not think of it', () => {
  expect(by(withoutBridge, sub())).toMatch(/^comp1 has no bridge br-ex: .*--nic comp1:NIC/)
  expect(by(withoutNic, usualWays)).toMatch(/^br-ex of comp1 has no NIC; .*--method subinterface --nic comp1:NIC/)
})

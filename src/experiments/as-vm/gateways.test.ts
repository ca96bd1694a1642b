import { expect, test } from 'vitest'
import type { Design } from './design.ts'
import type { Heard } from './frames.ts'
import { gatewaysOf } from './gateways.ts'

/** Who is said to answer for the gateway beside another; the wire is that of a VM which asks three times. */

const [VM, A, B] = ['fa:16:3e:00:00:01', '00:00:5e:00:01:01', '02:00:00:00:00:02']
const GATEWAY = '10.0.0.1'
const design = { wanted: { mac: VM, xid: '0badcafe', ip: '10.0.0.9' }, gateway: GATEWAY } as Design
const arp = (at: number, fields: object) => ({ at, text: '', packet: { arp: fields } }) as unknown as Heard
const request = (at: number) => arp(at, { op: 1, senderMac: VM, senderIp: '10.0.0.9', targetIp: GATEWAY })
const answer = (at: number, mac: string, to = VM) =>
  arp(at, { op: 2, senderMac: mac, senderIp: GATEWAY, targetMac: to })
const macs = (...answers: readonly Heard[]) =>
  gatewaysOf([request(0), request(250), request(500), ...answers], design, () => []).map((s) => s.mac)

test('two that answer one and the same request, more than once', () => {
  expect(macs(answer(1, A), answer(2, B), answer(251, B), answer(252, A), answer(501, A))).toEqual([A, B])
})

test.each([
  ['one alone', [answer(1, A), answer(251, A), answer(501, A)]],
  ['a pair that shares the load', [answer(1, A), answer(251, B), answer(501, A)]],
  ['a pair that hands over', [answer(1, A), answer(2, B), answer(251, B), answer(501, B)]],
  ['answers to others', [1, 251, 501].flatMap((at) => [answer(at, A), answer(at, B, A)])],
])('%s: nobody', (_, answers) => {
  expect(macs(...answers)).toEqual([])
})

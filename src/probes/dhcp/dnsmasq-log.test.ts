import { expect, test } from 'vitest'
import { dnsmasqLog, askedByUs } from './dnsmasq-log.ts'

/** What dnsmasq of the lab logged: the lease of one guest, then a proof of another. */
const log = `2026-11-26T02:26:59+0000 net1 dnsmasq-dhcp[14023]: DHCPREQUEST(tape17ab72d-75) 10.19.43.236 fa:16:3e:38:eb:20
2026-11-26T02:26:59+0000 net1 dnsmasq-dhcp[14023]: DHCPACK(tape17ab72d-75) 10.19.43.236 fa:16:3e:38:eb:20 host-10-19-43-236
2026-11-26T02:27:14+0000 net1 dnsmasq-dhcp[14023]: DHCPDISCOVER(tape17ab72d-75) 192.0.2.67 fa:16:3e:f5:67:55
2026-11-26T02:27:14+0000 net1 dnsmasq-dhcp[14023]: DHCPOFFER(tape17ab72d-75) 10.19.43.127 fa:16:3e:f5:67:55
`
const answer = { ask: { host: 'net1', argv: [] }, stdout: log, stderr: '', exit: 0, ms: 1 }
const ofMac = (mac: string) =>
  ({ subject: { port: { mac } }, host: 'net1', prior: {} }) as unknown as Parameters<typeof dnsmasqLog.parse>[1]

test("what Oldhand has asked as the VM is no question of the guest's", () => {
  const [guest, proven] = [ofMac('fa:16:3e:38:eb:20'), ofMac('fa:16:3e:f5:67:55')]
  const events = dnsmasqLog.parse([answer], guest)
  expect(events.ok && events.fact.map((e) => e.kind)).toEqual(['REQUEST', 'ACK'])
  expect(dnsmasqLog.parse([answer], proven)).toEqual({ ok: true, fact: [] })
  expect(askedByUs.parse([answer], guest)).toEqual({ ok: true, fact: [] })
  expect(askedByUs.parse([answer], proven)).toEqual({ ok: true, fact: [Date.parse('2026-11-26T02:27:14Z')] })
})

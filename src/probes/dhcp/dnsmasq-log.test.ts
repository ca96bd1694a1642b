import { expect, test } from 'vitest'
import { dnsmasqLog, askedByUs } from './dnsmasq-log.ts'

/** As dnsmasq of the lab has logged a guest's lease, then a proof. */
const log = `2026-11-26T01:36:46+0000 net1 dnsmasq-dhcp[383]: DHCPREQUEST(tapc847d326-3b) 10.19.43.52 fa:16:3e:e7:f9:3f
2026-11-26T01:36:46+0000 net1 dnsmasq-dhcp[383]: DHCPACK(tapc847d326-3b) 10.19.43.52 fa:16:3e:e7:f9:3f host-10-19-43-52
2026-11-26T01:36:51+0000 net1 dnsmasq-dhcp[383]: DHCPDISCOVER(tapc847d326-3b) 192.0.2.67 fa:16:3e:e7:f9:3f
2026-11-26T01:36:51+0000 net1 dnsmasq-dhcp[383]: DHCPOFFER(tapc847d326-3b) 10.19.43.52 fa:16:3e:e7:f9:3f
`
const answer = { ask: { host: 'net1', argv: [] }, stdout: log, stderr: '', exit: 0, ms: 1 }
const place = { subject: { port: { mac: 'fa:16:3e:e7:f9:3f' } }, host: 'net1', prior: {} }

test('what Oldhand has asked as the VM is no question of the guest', () => {
  const context = place as unknown as Parameters<typeof dnsmasqLog.parse>[1]
  const events = dnsmasqLog.parse([answer], context)
  expect(events.ok && events.fact.map((e) => e.kind)).toEqual(['REQUEST', 'ACK'])
  const ours = askedByUs.parse([answer], context)
  expect(ours.ok && ours.fact).toEqual([Date.parse('2026-11-26T01:36:51Z')])
})

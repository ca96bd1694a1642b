import fc from 'fast-check'
import { expect, test } from 'vitest'
import { redact } from './redact.ts'

const secret = 'S3cr3t+/=x'

test.each([
  `password = ${secret}`,
  `admin_password=${secret}`,
  `/etc/neutron/neutron.conf:password = ${secret}`,
  `metadata_proxy_shared_secret = ${secret}`,
  `connection = mysql+pymysql://neutron:${secret}@ctl/neutron`,
  `transport_url = rabbit://u:${secret}@a:5672,u:${secret}@b:5672/`,
  `transport_url =\n    rabbit://u:${secret}@a`,
  `2026-11-24 10:00:00.123 1 ERROR x AMQP server on rabbit://u:${secret}@ctl:5672 is unreachable`,
  `{"auth": {"password": "${secret}"}}`,
  `2026-11-24 10:00:00.123 1 ERROR neutron login failed: user=x password=${secret}`,
  `{'username': 'x', 'admin_password': u'${secret}'}`,
  `X-Auth-Token: ${secret}`,
  `mysqld --password=${secret}`,
  `mysqld --password ${secret}`,
  `-----BEGIN RSA PRIVATE KEY-----\n${secret}\n-----END RSA PRIVATE KEY-----`,
  `token gAAAAABk${secret.replace(/[^\w]/g, '').repeat(5)}`,
])('takes the secret out of %j', (text) => {
  const clean = redact(text)
  expect(clean).toContain('***')
  expect(clean).not.toContain(secret)
  expect(clean).not.toContain(secret.replace(/[^\w]/g, ''))
})

test.each([
  'cookie=0x906858904127f7ac, duration=1.2s, table=0, n_packets=7, priority=4,in_port=2,dl_vlan=1 actions=mod_vlan_vid:3933,NORMAL',
  '["tap3c2abf01-b4",["map",[["attached-mac","fa:16:3e:c3:73:4e"],["iface-id","3c2abf01-b4c1-4a7e-9a4e-000000000000"]]]]',
  'bridge_mappings = physnet1:br0',
  'fa:16:3e:c3:73:4e,host-10-19-43-126.openstacklocal,10.19.43.126',
  '  "admin_state_up": true,',
])('leaves %j as it is', (text) => {
  expect(redact(text)).toBe(text)
})

test('takes any text, long lines too', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
      expect(typeof redact(text)).toBe('string')
    }),
  )
  for (const piece of [
    'password=',
    'password: ',
    '://a',
    '://:',
    '--token ',
    '"secret":"',
    'a_',
    '-----BEGIN PRIVATE KEY-----',
    ' =',
  ])
    redact(piece.repeat(30_000))
})

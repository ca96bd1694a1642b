import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readCapture } from '../../src/capture/read.ts'
import type { Language } from '../../src/core/lang.ts'
import { captureSchema, captureToJson } from '../../src/report/capture/schema.ts'
import { renderCapture } from '../../src/report/capture/terminal.ts'

const folder = join(import.meta.dirname, '../recorded/captures')
const read = (name: string) => readCapture(readFileSync(join(folder, name)))
const told = (name: string, lang: Language, width = 200) =>
  renderCapture(read(name), { lang, color: false, width, verbose: false })

test('a DHCP conversation reads as one, in both languages', () => {
  const en = told('healthy-nic-nanoseconds.pcap', 'en')
  expect(en).toMatch(/fa:16:3e:68:1f:81 {2}VLAN 3933 {2}DHCP DISCOVER of fa:16:3e:68:1f:81, xid 2917fd72/)
  expect(en).toMatch(/fa:16:3e:15:8b:22 {2}VLAN 3933 {2}DHCP OFFER 10\.19\.43\.101 from 10\.19\.43\.2 to/)
  expect(en).toMatch(/ARP who has 10\.19\.43\.1\? tell 10\.19\.43\.101/)
  const zh = told('healthy-nic-nanoseconds.pcap', 'zh')
  expect(zh).toMatch(/DHCP OFFER 10\.19\.43\.101，由 10\.19\.43\.2 发给/)
  expect(zh.split('\n').length).toBe(en.split('\n').length)
})

test('what a tunnel carries is told with its VNI', () => {
  expect(told('healthy-underlay.pcap', 'en')).toMatch(/VXLAN 317 10\.21\.0\.31 → 10\.21\.0\.21: DHCP DISCOVER/)
})

test('a refusal is told with the words of the server', () => {
  expect(told('watch-duplicate-dhcp-server-ip-out.pcap', 'en')).toMatch(
    /DHCP NAK from 10\.19\.43\.2 .*address not available/,
  )
})

test('lines keep to the width of the terminal', () => {
  const lines = told('healthy-underlay.pcap', 'en', 80).split('\n')
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
})

test('the JSON keeps to its schema, with times to the nanosecond and options in hexadecimal', () => {
  const json = captureToJson(read('healthy-nic-nanoseconds.pcap'), 'en')
  expect(captureSchema.safeParse(JSON.parse(JSON.stringify(json))).error).toBeUndefined()
  expect(json.frames[1]).toMatchObject({
    time: '2026-11-26T01:26:47.741469626Z',
    packet: { dhcp: { type: 'DISCOVER', options: { 53: '01' } }, eth: { vlans: [3933] } },
  })
})

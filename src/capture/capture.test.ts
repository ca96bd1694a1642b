import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decode } from './decode/decode.ts'
import type { Frame, Hop } from './frame.ts'
import { readCapture } from './read.ts'
import { writeCapture } from './write.ts'

const folder = join(import.meta.dirname, '../../test/recorded/captures')
const recorded = (name: string) => new Uint8Array(readFileSync(join(folder, name)))

/** The other byte order of a classic file. */
function swapped(file: Uint8Array): Uint8Array {
  const out = Uint8Array.from(file)
  const view = new DataView(out.buffer)
  const swap32 = (at: number) => view.setUint32(at, view.getUint32(at, true), false)
  for (const at of [0, 8, 12, 16, 20]) swap32(at)
  for (const at of [4, 6]) view.setUint16(at, view.getUint16(at, true), false)
  for (let at = 24; at < out.length; ) {
    const captured = view.getUint32(at + 8, true)
    for (const offset of [0, 4, 8, 12]) swap32(at + offset)
    at += 16 + captured
  }
  return out
}

describe('reading', () => {
  test.each(['healthy-tap.pcap', 'healthy-nic-nanoseconds.pcap'])('%s in the other byte order is the same', (name) => {
    expect(readCapture(swapped(recorded(name)))).toEqual(readCapture(recorded(name)))
  })

  test.each(['healthy-tap.pcap', 'healthy-merged.pcapng'])(
    '%s cut in its last frame keeps the others, and says so',
    (name) => {
      const whole = readCapture(recorded(name))
      const cut = readCapture(recorded(name).subarray(0, -7))
      expect(cut.frames).toEqual(whole.frames.slice(0, -1))
      expect(cut.problem?.en).toMatch(/cut or damaged at byte \d+/)
    },
  )

  test('what is no capture is called so', () => {
    expect(readCapture(new TextEncoder().encode('#!/bin/sh\n')).problem?.en).toMatch(/neither/)
    expect(readCapture(new Uint8Array()).problem).toBeDefined()
  })

  test('any damage gives frames or a problem, never a throw', () => {
    const files = ['healthy-tap.pcap', 'healthy-merged.pcapng', 'healthy-underlay.pcap'].map(recorded)
    const damage = fc.array(fc.tuple(fc.nat(3000), fc.nat(255)), { maxLength: 20 })
    fc.assert(
      fc.property(fc.constantFrom(...files), damage, (file, changes) => {
        const broken = Uint8Array.from(file)
        for (const [at, value] of changes) if (at < broken.length) broken[at] = value
        for (const frame of readCapture(broken).frames) decode(frame)
      }),
      { numRuns: 500, seed: 4 },
    )
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void decode({ bytes, linkType: 1 })))
  })
})

describe('writing', () => {
  const hop = (name: string): Hop => ({ name, frames: readCapture(recorded('healthy-tap.pcap')).frames })

  test('each hop is an interface, also one that saw nothing, and time is kept to the nanosecond', () => {
    const nic = readCapture(recorded('healthy-nic-nanoseconds.pcap')).frames
    const hops = [hop('comp1/tap9d54d150-85'), { name: 'comp1/eth1', frames: nic }, { name: 'net1/eth1', frames: [] }]
    const back = readCapture(writeCapture(hops, 'case 7f3a'))
    expect(back.problem).toBeUndefined()
    expect(back.interfaces).toEqual(['comp1/tap9d54d150-85', 'comp1/eth1', 'net1/eth1'])
    expect(back.frames.filter((f) => f.interface === 'comp1/eth1').map((f) => f.time)).toEqual(nic.map((f) => f.time))
    const times = back.frames.map((f) => f.time)
    expect(times).toEqual(times.toSorted((a, b) => (a < b ? -1 : 1)))
  })

  test('any frame comes back as it was written', () => {
    const frame = fc.record({
      time: fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }),
      interface: fc.constant('comp1/tap1'),
      linkType: fc.constant(1),
      bytes: fc.uint8Array({ maxLength: 70 }),
      length: fc.integer({ min: 70, max: 9000 }),
      direction: fc.constantFrom('in' as const, 'out' as const),
      comment: fc.constantFrom('seen', '从 comp1 发出'),
    })
    fc.assert(
      fc.property(frame, (written: Frame) => {
        const [read] = readCapture(writeCapture([{ name: 'comp1/tap1', frames: [written] }])).frames
        expect(read).toEqual(written)
      }),
    )
  })
})

describe('checksums', () => {
  const dhcpOffer = readCapture(recorded('healthy-tap.pcap')).frames[1]
  const withChecksum = (value: number): Frame => {
    if (!dhcpOffer) throw new Error('no offer')
    const bytes = Uint8Array.from(dhcpOffer.bytes)
    new DataView(bytes.buffer).setUint16(14 + 20 + 6, value)
    return { ...dhcpOffer, bytes }
  }
  const verdictOf = (value: number) => decode(withChecksum(value)).udp?.checksum

  test('one that is wrong is bad, none is none', () => {
    expect(verdictOf(0x1234)).toBe('bad')
    expect(verdictOf(0)).toBe('none')
  })
})

import { expect, test } from 'vitest'
import { rootCommandsOfProof } from '../experiments/root-commands.ts'
import { sudoers } from './sudoers.ts'

const read = [['ovs-vsctl', 'show']]

test('without --prove nothing can be sent, captured or removed', () => {
  expect(sudoers('oldhand', { read, prove: [] })).not.toMatch(/packet-out|tcpdump|pkill|netns del/)
})

test('with it, only these frames can be sent, and no pattern lets an option or a path in', () => {
  const lines = sudoers('oldhand', { read, prove: rootCommandsOfProof() }).split('\n')
  const sends = lines.filter((line) => line.includes('packet-out'))
  const [discover, arp, toGuest] = [
    /packet\\=ffffffffffff(\[0-9a-f\]){12}0800450001480000/,
    /packet\\=ffffffffffff(\[0-9a-f\]){12}08060001/,
    // To one MAC, and by one port alone.
    /in_port\\=CONTROLLER\\,packet\\=(\[0-9a-f\]){24}08060001080006040001.*actions\\=output\\:(\[0-9\])+$/,
  ]
  expect(sends.length).toBeGreaterThan(0)
  const isAllowed = (line: string) => [discover, arp, toGuest].some((frame) => frame.test(line.replace(/, \\$/, '')))
  expect(sends.filter((line) => !isAllowed(line))).toEqual([])
  // A shell runs word for word what stands here: no pattern before its arguments.
  const shells = lines.filter((line) => line.includes(' sh -c r\\='))
  expect(new Set(shells.map((line) => line.replace(/^.*? sh -c (.*) oldhand .*$/, '$1'))).size).toBe(2)
  expect(shells.filter((line) => /(?<!\\)[[*?]/.test(line.replace(/^.*? sh -c (.*) oldhand .*$/, '$1')))).toEqual([])
  const patterns = lines
    .filter((line) => line.startsWith('    '))
    .flatMap((line) => line.match(/(?<!\\)\[[^\]]*\]/g) ?? [])
  expect(patterns.filter((pattern) => /[ /*=]/.test(pattern))).toEqual([])
})

/** Values as they are written in flows, and back (ovs-fields(7)). None of these throws: what is not a value is `undefined`. */

import type { Notation } from './fields.ts'

export interface Masked {
  readonly value: bigint
  /** `undefined`: all bits. */
  readonly mask?: bigint
}

export const CT_STATES = { new: 1, est: 2, rel: 4, rpl: 8, inv: 0x10, trk: 0x20, snat: 0x40, dnat: 0x80 } as const
const TCP_FLAGS = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 0x10, urg: 0x20, ece: 0x40, cwr: 0x80, ns: 0x100 } as const
const TUN_FLAGS = { oam: 1 } as const
/** Value and mask of the words for fragments. Bit 0: any fragment; bit 1: not the first. */
const FRAGMENTS: Readonly<Record<string, readonly [bigint, bigint]>> = {
  no: [0n, 3n],
  yes: [1n, 1n],
  first: [1n, 3n],
  later: [3n, 3n],
  not_later: [0n, 2n],
}

export function parseNumber(text: string): bigint | undefined {
  return /^(0x[0-9a-f]{1,32}|\d{1,20})$/i.test(text) ? BigInt(text) : undefined
}

export function parseMac(text: string): bigint | undefined {
  if (!/^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$/i.test(text)) return undefined
  return BigInt(
    `0x${text
      .split(':')
      .map((byte) => byte.padStart(2, '0'))
      .join('')}`,
  )
}

export function parseIpv4(text: string): bigint | undefined {
  const bytes = text.split('.')
  if (bytes.length !== 4 || !bytes.every((byte) => /^\d{1,3}$/.test(byte) && Number(byte) < 256)) return undefined
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}

/** RFC 4291, 2.2. */
export function parseIpv6(text: string): bigint | undefined {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  const v4 = dotted?.[2] === undefined ? undefined : parseIpv4(dotted[2])
  if (dotted && v4 === undefined) return undefined
  const plain =
    v4 === undefined ? text : `${dotted?.[1] ?? ''}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`
  const halves = plain.split('::')
  if (halves.length > 2) return undefined
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const groups = [...head, ...(Array(missing).fill('0') as string[]), ...tail]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n)
}

export function parseMasked(text: string, notation: Notation, bits: number): Masked | undefined {
  if (notation === 'frag') return parseFragment(text)
  if (notation === 'ct-state') return parseFlags(text, CT_STATES)
  if (notation === 'tcp-flags') return parseFlags(text, TCP_FLAGS)
  if (notation === 'tun-flags') return parseFlags(text, TUN_FLAGS)
  const slash = text.indexOf('/')
  const value = parseValue(slash < 0 ? text : text.slice(0, slash), notation)
  if (value === undefined) return undefined
  if (slash < 0) return { value }
  const mask = parseMask(text.slice(slash + 1), notation, bits)
  return mask === undefined ? undefined : { value, mask }
}

function parseValue(text: string, notation: Notation): bigint | undefined {
  if (notation === 'mac') return parseMac(text)
  if (notation === 'ipv4') return parseIpv4(text)
  if (notation === 'ipv6') return parseIpv6(text)
  return parseNumber(text)
}

function parseMask(text: string, notation: Notation, bits: number): bigint | undefined {
  const isLength = (notation === 'ipv4' || notation === 'ipv6') && /^\d{1,3}$/.test(text)
  if (!isLength) return parseValue(text, notation)
  const length = Number(text)
  return length > bits ? undefined : ((1n << BigInt(length)) - 1n) << BigInt(bits - length)
}

function parseFragment(text: string): Masked | undefined {
  const known = FRAGMENTS[text]
  if (known) return { value: known[0], mask: known[1] }
  return parseMasked(text, 'decimal', 2)
}

/** `+new-est`, or a number with a mask, or the names of all that are set: `syn|ack`. */
function parseFlags(text: string, names: Readonly<Record<string, number>>): Masked | undefined {
  if (/^[0-9]/.test(text)) return parseMasked(text, 'hex', 32)
  if (/^[a-z|]+$/.test(text)) {
    const flags = text.split('|').map((name) => names[name])
    return flags.includes(undefined) ? undefined : { value: BigInt(flags.reduce<number>((a, b) => a | (b ?? 0), 0)) }
  }
  let [value, mask] = [0, 0]
  const words = [...text.matchAll(/([+-])([a-z]+)/g)]
  if (words.map((word) => word[0]).join('') !== text) return undefined
  for (const [, sign, name = ''] of words) {
    const bit = names[name]
    if (bit === undefined) return undefined
    mask |= bit
    if (sign === '+') value |= bit
  }
  return { value: BigInt(value), mask: BigInt(mask) }
}

const hex = (value: bigint) => `0x${value.toString(16)}`

export const printMac = (value: bigint): string => (value.toString(16).padStart(12, '0').match(/../g) ?? []).join(':')

export const printIpv4 = (value: bigint): string =>
  [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.')

/** RFC 5952. */
export function printIpv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16))
  const text = groups.join(':')
  const runs = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)]
  const longest = runs.toSorted((a, b) => b[0].length - a[0].length)[0]
  if (!longest) return text
  const before = text.slice(0, longest.index)
  const after = text.slice(longest.index + longest[0].length)
  return `${before}:${after === '' ? ':' : after}`.replace(/^:(?!:)/, '::')
}

export function printValue(value: bigint, notation: Notation): string {
  switch (notation) {
    case 'mac':
      return printMac(value)
    case 'ipv4':
      return printIpv4(value)
    case 'ipv6':
      return printIpv6(value)
    case 'hex':
    case 'tun-flags':
      return hex(value)
    case 'frag':
      return { '0': 'no', '1': 'first', '3': 'later' }[value.toString()] ?? hex(value)
    case 'ct-state':
      return printFlags(value, CT_STATES)
    case 'tcp-flags':
      return printFlags(value, TCP_FLAGS)
    default:
      return value.toString()
  }
}

const printFlags = (value: bigint, names: Readonly<Record<string, number>>): string =>
  Object.entries(names)
    .filter(([, bit]) => (value & BigInt(bit)) !== 0n)
    .map(([name]) => name)
    .join('|')

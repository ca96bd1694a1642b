/** What a flow asks of a packet, as words, masks and values (ovs-fields(7)). */

import { at, type Field, WORDS } from './fields.ts'
import type { Key } from './keys.ts'
import { wordsOf } from './packet.ts'
import { type PortNumbers, portNumber } from './ports.ts'
import { type Masked, parseMasked } from './values.ts'

const UNTAGGED_OF10 = 0xffff
const VID = 0x1fff
const PCP = 0xf000
const DSCP = 0xfc

/** Collects the words of one match. Made once and used again for every line: a dump has 70,000 of them. */
export class MatchBuilder {
  /** How many words it asks for: so many of each of these hold. */
  width = 0
  readonly words = new Int32Array(WORDS)
  readonly masks = new Int32Array(WORDS)
  readonly values = new Int32Array(WORDS)
  private readonly ports: PortNumbers
  private readonly flags = new Map<string, Masked | undefined>()

  constructor(ports: PortNumbers) {
    this.ports = ports
  }

  clear(): void {
    this.width = 0
  }

  /** Takes one word of a match. False where it cannot be told what it asks for. */
  add(key: Key, text: string, start: number, end: number): boolean {
    if (key.kind === 'protocol') {
      for (const [word, value] of key.means) this.require(word, 0xffffffff, value)
      return true
    }
    return key.kind === 'field' && this.addField(key.field, text, start, end)
  }

  /** In the order of their words, which makes equal masks equal. */
  sort(): void {
    const { words, masks, values, width } = this
    for (let i = 1; i < width; i++) {
      for (let j = i; j > 0 && (words[j - 1] ?? 0) > (words[j] ?? 0); j--) {
        swap(words, j)
        swap(masks, j)
        swap(values, j)
      }
    }
  }

  private addField(field: Field, text: string, start: number, end: number): boolean {
    switch (field.notation) {
      case 'mac':
        if (end - start === 17 && this.addMac(field, text, start)) return true
        break
      case 'ipv4': {
        const address = ipv4At(text, start, end)
        if (address >= 0) return this.require(field.word, 0xffffffff, address)
        break
      }
      case 'port':
        return this.addPort(field, text, start, end)
      case 'decimal':
      case 'hex': {
        const number = numberAt(text, start, end)
        if (number >= 0) return this.addNumber(field, number)
      }
    }
    const masked = this.maskedAt(field, text.slice(start, end))
    return masked !== undefined && this.addMasked(field, masked)
  }

  /** What is said of a connection is one of a few words, in every other flow of a firewall: each is parsed once. */
  private maskedAt(field: Field, text: string): Masked | undefined {
    if (field.notation !== 'ct-state') return parseMasked(text, field.notation, field.bits)
    if (!this.flags.has(text)) this.flags.set(text, parseMasked(text, field.notation, field.bits))
    return this.flags.get(text)
  }

  private addNumber(field: Field, number: number): boolean {
    if (field.name === 'dl_vlan')
      return number === UNTAGGED_OF10
        ? this.require(at.vlanTci, 0xffff, 0)
        : this.require(at.vlanTci, VID, number | 0x1000)
    if (field.name === 'dl_vlan_pcp' || field.name === 'vlan_pcp')
      return this.require(at.vlanTci, PCP, (number << 13) | 0x1000)
    if (field.name === 'nw_tos') return this.require(field.word, DSCP, number & DSCP)
    if (field.bits > 32) {
      this.require(field.word + wordsOf(field) - 2, 0xffffffff, Math.floor(number / 2 ** 32))
      for (let i = 0; i < wordsOf(field) - 2; i++) this.require(field.word + i, 0xffffffff, 0)
      return this.require(field.word + wordsOf(field) - 1, 0xffffffff, number >>> 0)
    }
    // A word that holds one field only is compared whole: fewer kinds of masks, fewer lookups.
    const alone = field.shift === 0 && field.word !== at.vlanTci && field.word !== at.nwTos
    return this.require(
      field.word,
      alone ? 0xffffffff : ((2 ** field.bits - 1) << field.shift) >>> 0,
      number << field.shift,
    )
  }

  private addMac(field: Field, text: string, start: number): boolean {
    let [high, low] = [0, 0]
    for (let i = 0; i < 6; i++) {
      const byte = hexDigit(text.charCodeAt(start + 3 * i)) * 16 + hexDigit(text.charCodeAt(start + 3 * i + 1))
      if (!(byte >= 0) || (i < 5 && text.charCodeAt(start + 3 * i + 2) !== COLON)) return false
      if (i < 2) high = high * 256 + byte
      else low = low * 256 + byte
    }
    return this.require(field.word, 0xffffffff, high) && this.require(field.word + 1, 0xffffffff, low)
  }

  private addPort(field: Field, text: string, start: number, end: number): boolean {
    const number = numberAt(text, start, end)
    const port = number >= 0 ? number : portNumber(text.slice(start, end), this.ports)
    return port !== undefined && this.require(field.word, 0xffffffff, port)
  }

  private addMasked(field: Field, { value, mask }: Masked): boolean {
    if (field.name === 'dl_vlan' || field.name === 'dl_vlan_pcp') return false
    const all = (1n << BigInt(field.bits)) - 1n
    let bits = (mask === undefined ? all : mask & all) << BigInt(field.shift)
    let wanted = value << BigInt(field.shift)
    for (let i = wordsOf(field) - 1; i >= 0; i--) {
      const part = Number(bits & 0xffffffffn)
      if (part !== 0) this.require(field.word + i, part, Number(wanted & 0xffffffffn))
      bits >>= 32n
      wanted >>= 32n
    }
    return true
  }

  private require(word: number, mask: number, value: number): true {
    const { words, masks, values, width } = this
    let i = 0
    while (i < width && words[i] !== word) i++
    if (i === width) {
      words[i] = word
      masks[i] = 0
      values[i] = 0
      this.width++
    }
    masks[i] = (masks[i] ?? 0) | mask
    values[i] = (values[i] ?? 0) | (value & mask)
    return true
  }
}

function swap(list: Int32Array, i: number): void {
  const held = list[i] ?? 0
  list[i] = list[i - 1] ?? 0
  list[i - 1] = held
}

const COLON = 58
const DOT = 46
const ZERO = 48
const NINE = 57
const SMALL_X = 120

/** The value of a hexadecimal digit, or NaN. */
function hexDigit(code: number): number {
  if (code >= ZERO && code <= NINE) return code - ZERO
  const letter = code | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : Number.NaN
}

/** A number of up to 48 bits in decimal or hexadecimal, or -1 for anything else. */
export function numberAt(text: string, start: number, end: number): number {
  const hex = end - start > 2 && text.charCodeAt(start) === ZERO && text.charCodeAt(start + 1) === SMALL_X
  if (end === start || end - start > 14) return -1
  const base = hex ? 16 : 10
  let number = 0
  for (let i = hex ? start + 2 : start; i < end; i++) {
    const digit = hexDigit(text.charCodeAt(i))
    if (!(digit < base)) return -1
    number = number * base + digit
  }
  return number
}

/** An IPv4 address without a mask, or -1 for anything else. */
function ipv4At(text: string, start: number, end: number): number {
  let [address, byte, digits, dots] = [0, 0, 0, 0]
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i)
    if (code === DOT && digits > 0) {
      address = address * 256 + byte
      byte = 0
      digits = 0
      dots++
    } else if (code >= ZERO && code <= NINE) {
      byte = byte * 10 + code - ZERO
      digits++
    } else return -1
  }
  return dots === 3 && digits > 0 && byte < 256 ? address * 256 + byte : -1
}

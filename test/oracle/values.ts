import { SocketAddress } from 'node:net'

type Kind = 'mac' | 'ip' | 'ipv6' | 'number'

export function kindOf(field: string): Kind {
  if (/^(dl_|arp_[st]ha|nd_[st]ll)/.test(field) && field !== 'dl_type') return 'mac'
  if (/^(ipv6_(src|dst)|nd_target)$/.test(field)) return 'ipv6'
  return /^((nw|tun)_(src|dst)|arp_[st]pa)$/.test(field) ? 'ip' : 'number'
}

/** `value/mask` laid over what was there. */
export function masked(kind: Kind, before: string, written: string): string {
  const [value = '', mask] = written.split('/')
  if (mask === undefined) return canonical(kind, value)
  const bits = toBits(kind, mask)
  return fromBits(kind, (toBits(kind, before) & ~bits) | (toBits(kind, value) & bits))
}

export const zero = (field: string) =>
  ({ mac: '00:00:00:00:00:00', ip: '0.0.0.0', ipv6: '::', number: '0' })[kindOf(field)]

export const canonical = (kind: Kind, text: string) => fromBits(kind, toBits(kind, text))

function toBits(kind: Kind, text: string): bigint {
  if (kind === 'mac') return BigInt(`0x${text.replaceAll(':', '')}`)
  if (kind === 'ip') return text.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n)
  return kind === 'ipv6' ? ipv6Bits(text) : BigInt(text)
}

function fromBits(kind: Kind, bits: bigint): string {
  const hex = (digits: number) => bits.toString(16).padStart(digits, '0')
  if (kind === 'mac') return chunks(hex(12), 2).join(':')
  if (kind === 'ip')
    return chunks(hex(8), 2)
      .map((part) => Number(`0x${part}`))
      .join('.')
  if (kind === 'ipv6') return new SocketAddress({ address: chunks(hex(32), 4).join(':'), family: 'ipv6' }).address
  return bits.toString()
}

const chunks = (text: string, size: number) => text.match(new RegExp(`.{${size}}`, 'g')) ?? []

function ipv6Bits(text: string): bigint {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  if (dotted) {
    const low = toBits('ip', dotted[2] ?? '')
    return ipv6Bits(`${dotted[1]}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`)
  }
  const [head = '', tail] = text.split('::')
  const left = head.split(':').filter(Boolean)
  const right = (tail ?? '').split(':').filter(Boolean)
  const zeros = Array<string>(8 - left.length - right.length).fill('0')
  return [...left, ...zeros, ...right].reduce((sum, part) => (sum << 16n) | BigInt(`0x${part}`), 0n)
}

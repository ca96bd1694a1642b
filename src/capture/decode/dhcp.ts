import { bytesOf, textOf } from '../bytes.ts'
import { ipv4Of, macOf } from './address.ts'
import type { Dhcp } from './packet.ts'

const TYPES = ['DISCOVER', 'OFFER', 'REQUEST', 'DECLINE', 'ACK', 'NAK', 'RELEASE', 'INFORM']
const COOKIE = 0x63825363
const OPTIONS = 240
const OPTION = {
  mask: 1,
  routers: 3,
  dns: 6,
  hostName: 12,
  mtu: 26,
  requestedIp: 50,
  lease: 51,
  overload: 52,
  type: 53,
  serverId: 54,
  message: 56,
} as const

/** A BOOTP or DHCP message (RFC 2131), from its first byte on. */
export function dhcpOf(data: Uint8Array): Dhcp | undefined {
  const bytes = bytesOf(data)
  const [op, xid, flags, cookie] = [bytes.u8(0), bytes.u32(4), bytes.u16(10), bytes.u32(236)]
  const [ciaddr, yiaddr, siaddr, giaddr] = [12, 16, 20, 24].map((at) => ipv4Of(data.subarray(at)))
  const chaddr = macOf(data.subarray(28))
  if ((op !== 1 && op !== 2) || xid === undefined || flags === undefined || chaddr === undefined) return undefined
  if (!ciaddr || !yiaddr || !siaddr || !giaddr) return undefined
  const options = cookie === COOKIE ? optionsOf(data) : new Map<number, Uint8Array>()
  return {
    op: op === 1 ? 'request' : 'reply',
    xid,
    chaddr,
    broadcast: (flags & 0x8000) !== 0,
    ciaddr,
    yiaddr,
    siaddr,
    giaddr,
    ...told(options),
    options,
  }
}

function told(options: ReadonlyMap<number, Uint8Array>): Partial<Dhcp> {
  const get = (code: number) => options.get(code)
  const text = (code: number) => mapped(get(code), textOf)
  const address = (code: number) => mapped(get(code), ipv4Of)
  const all = {
    type: TYPES[(get(OPTION.type)?.[0] ?? 0) - 1],
    serverId: address(OPTION.serverId),
    requestedIp: address(OPTION.requestedIp),
    message: text(OPTION.message),
    hostName: text(OPTION.hostName),
    mask: address(OPTION.mask),
    routers: mapped(get(OPTION.routers), addressesOf),
    dns: mapped(get(OPTION.dns), addressesOf),
    lease: mapped(get(OPTION.lease), (data) => bytesOf(data).u32(0)),
    mtu: mapped(get(OPTION.mtu), (data) => bytesOf(data).u16(0)),
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

const mapped = <T>(data: Uint8Array | undefined, read: (data: Uint8Array) => T): T | undefined =>
  data === undefined ? undefined : read(data)

const addressesOf = (data: Uint8Array): readonly string[] =>
  Array.from({ length: Math.floor(data.length / 4) }, (_, i) => data.subarray(i * 4, i * 4 + 4).join('.'))

/** Of the options' own field, then of `file` and `sname` where option 52 says that they are used for more (RFC 2132). */
function optionsOf(data: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const options = new Map<number, Uint8Array>()
  addOptions(options, data.subarray(OPTIONS))
  const overload = options.get(OPTION.overload)?.[0] ?? 0
  if (overload & 1) addOptions(options, data.subarray(108, 236))
  if (overload & 2) addOptions(options, data.subarray(44, 108))
  return options
}

const [PAD, END] = [0, 255]

function addOptions(options: Map<number, Uint8Array>, data: Uint8Array): void {
  for (let at = 0; at < data.length; ) {
    const code = data[at] ?? END
    if (code === END) return
    const length = data[at + 1]
    if (code === PAD) at++
    else if (length === undefined || at + 2 + length > data.length) return
    else {
      const before = options.get(code) ?? new Uint8Array()
      options.set(code, Uint8Array.from([...before, ...data.subarray(at + 2, at + 2 + length)]))
      at += 2 + length
    }
  }
}

import { printIpv6 } from '../../openflow/values.ts'
import { hexOf } from '../bytes.ts'

/** Addresses as Neutron and Open vSwitch write them; `undefined` where bytes are missing. */

export const macOf = (data: Uint8Array): string | undefined =>
  data.length < 6 ? undefined : Array.from(data.subarray(0, 6), (b) => b.toString(16).padStart(2, '0')).join(':')

export const ipv4Of = (data: Uint8Array): string | undefined =>
  data.length < 4 ? undefined : data.subarray(0, 4).join('.')

export const ipv6Of = (data: Uint8Array): string | undefined =>
  data.length < 16 ? undefined : printIpv6(BigInt(`0x${hexOf(data.subarray(0, 16))}`))

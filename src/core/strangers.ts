import type { Evidence } from './answer.ts'

/** Somebody who is not who Neutron means, by a frame that came in from the wire on the VM's host. */
export interface Stranger {
  /** It serves DHCP, it has the VM's address, it has the VM's MAC, or it is one of several that answer for the gateway. */
  readonly is: 'DHCP server' | 'same address' | 'same MAC' | 'gateway'
  readonly mac: string
  /** The address that it goes by; absent where its frames show none. */
  readonly ip?: string
  /** What a DHCP server offers. */
  readonly offers?: string
  /** Its frame came to the VM's port as well; absent where that cannot be told. */
  readonly reached?: boolean
  readonly because: readonly Evidence[]
}
export interface Strangers {
  readonly all: readonly Stranger[]
  /** The captures as a whole, for where nobody was heard. */
  readonly because: readonly Evidence[]
}
/** Whether anything came from the guest while it was asked for its own address. */
export interface GuestHeard {
  readonly speaks: boolean
  /** ARP requests that came to its port. */
  readonly asked: number
  readonly because: readonly Evidence[]
}

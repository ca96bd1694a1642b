import type { Evidence } from './answer.ts'
import type { Pings } from './pings.ts'
import type { Parsed } from './probe.ts'

/** Where the kernel sends what is for an address (ip-route(8)). */
export type Route =
  | { readonly is: 'route'; readonly device: string; readonly via?: string; readonly source: Evidence }
  | { readonly is: 'none'; readonly source: Evidence }

/** From one host's end of the tunnels to that of another. */
export interface UnderlayWay {
  readonly host: string
  readonly peer: string
  /** Addresses of both ends. */
  readonly from: string
  readonly to: string
  readonly route: Parsed<Route>
  readonly small: Parsed<Pings>
  /** As large as a tunnelled packet of the network's MTU, and not to be fragmented. */
  readonly full: Parsed<Pings>
  /** The smallest device by which its tunnels leave. MTU in bytes. */
  readonly device?: { readonly name: string; readonly mtu: number; readonly source: Evidence }
  /** The peer's link-layer address was asked for, and nobody has answered. */
  readonly unresolved?: Evidence
}

/** What the network under the tunnels carries. */
export interface UnderlayTried {
  readonly id: 'underlay'
  readonly run: string
  /** The network's. Bytes. */
  readonly mtu: number
  /** Of the IP packet that carries a packet of that size. Bytes. */
  readonly needed: number
  /** Open vSwitch is told that tunnelled packets may be fragmented (`df_default`). */
  readonly mayFragment: boolean
  readonly ways: readonly UnderlayWay[]
}

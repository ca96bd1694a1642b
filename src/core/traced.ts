/** What `oldhand trace` tells of a packet: plain data, the same for people and for programs. */

/** A flow; or, on the Linux bridge of a hybrid firewall, a rule of iptables. */
export interface TracedFlow {
  readonly bridge: string
  /** Number of an OpenFlow table, or name of iptables' table. */
  readonly table: number | string
  /** Of a rule only. */
  readonly chain?: string
  /** These are absent where no flow matched. */
  readonly priority?: number
  /** Hexadecimal, as printed. */
  readonly cookie?: string
  /** As printed: `in_port=3,dl_vlan=3933`; '' matches all. */
  readonly match?: string
  readonly actions?: string
  /** The whole line, as it stands in the dump. */
  readonly flow?: string
  /** The host that the dump is of, where it is known. */
  readonly host?: string
}

export interface TracedStep extends TracedFlow {
  /** How deep in the tree: 0 for the first lookup. */
  readonly depth: number
  /** Why something ended here. */
  readonly ended: readonly Ending[]
}

/** `why` is one of a closed list (docs/trace.md); `about` is the port, VLAN, group or line that it is about. */
export interface Ending {
  readonly why: string
  readonly about: string
}

export interface TracedOutput {
  readonly host?: string
  readonly bridge: string
  readonly port: string
  readonly ofport: number
  /** Flow text, after all rewrites. */
  readonly packet: string
  readonly tunnel?: { readonly id: string; readonly local: string; readonly remote: string }
}

export interface Blocker extends TracedFlow, Ending {}

export interface Traced {
  readonly outcome: 'delivered' | 'dropped' | 'inconclusive'
  /** The packet as it was understood, in flow text. */
  readonly packet: string
  readonly outputs: readonly TracedOutput[]
  readonly steps: readonly TracedStep[]
  /** What was taken for granted, and what could not be told. */
  readonly assumed: readonly Ending[]
  /** What drops it, then what would drop it next if that flow were not there. */
  readonly blockers: readonly Blocker[]
}

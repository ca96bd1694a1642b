import type { Conjunction } from '../classifier.ts'
import type { Prerequisite } from '../fields.ts'
import type { Subfield } from '../packet.ts'

/** One action as the tracer executes it (ovs-actions(7)). `text` is how it was printed. */
export type Action = { readonly text: string } & (
  | { readonly kind: 'output'; readonly port: number }
  | { readonly kind: 'output-field'; readonly from: Subfield }
  | { readonly kind: 'output-truncated'; readonly port: number }
  | { readonly kind: 'group'; readonly id: number }
  | { readonly kind: 'controller' }
  | {
      readonly kind: 'set'
      readonly to: Subfield
      readonly value: bigint
      readonly mask?: bigint
      readonly needs: Prerequisite
      /** The same for bits that lie in one word, ready to be laid over it. */
      readonly quick?: { readonly word: number; readonly keep: number; readonly bits: number }
    }
  | { readonly kind: 'move'; readonly from: Subfield; readonly to: Subfield }
  | { readonly kind: 'set-vlan'; readonly id?: number; readonly priority?: number; readonly pushes: boolean }
  | { readonly kind: 'push-vlan'; readonly ethertype: number }
  | { readonly kind: 'pop-vlan' }
  | { readonly kind: 'dec-ttl' }
  /** Without `port`: the packet's own. Without `table`: the one that it is in. */
  | { readonly kind: 'resubmit'; readonly port?: number; readonly table?: number; readonly original: boolean }
  | { readonly kind: 'goto'; readonly table: number }
  | { readonly kind: 'push' | 'pop'; readonly part: Subfield }
  | {
      readonly kind: 'ct'
      readonly commit: boolean
      readonly zone: number | Subfield
      /** The table that goes on with the tracked packet. */
      readonly table?: number
      readonly nested: readonly Action[]
      /** `nat` without addresses: translates as the connection was, if it was. */
      readonly keepsNat: boolean
    }
  | { readonly kind: 'ct-clear' }
  | { readonly kind: 'conjunction'; readonly clause: Conjunction }
  | { readonly kind: 'write'; readonly actions: readonly Action[] }
  | { readonly kind: 'clear' }
  | { readonly kind: 'clone'; readonly actions: readonly Action[] }
  | { readonly kind: 'exit' }
  | { readonly kind: 'larger'; readonly bytes: number; readonly to: Subfield }
  /** May drop what is too much. */
  | { readonly kind: 'meter'; readonly id: string }
  /** Changes neither the packet nor where it goes: `note`, `learn`. */
  | { readonly kind: 'nothing' }
  /** Kept; a trace that meets it is inconclusive there. */
  | { readonly kind: 'unknown' }
)

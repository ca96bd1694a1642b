import type { Say } from '../core/lang.ts'
import type { Sureness } from '../core/verdict.ts'
import type { Heard } from './heard.ts'

/** What can be found by listening alone. Where a cause of a diagnosis is the same thing, it has the same id. */
export const findingIds = [
  'guest-silent',
  'guest-ignores-offer',
  'udp-checksum-bad',
  'rogue-dhcp-server',
  'duplicate-dhcp-server-ip',
  'duplicate-mac',
  'dhcp-decline-ip-conflict',
  'dhcp-nak-on-renew',
] as const
export type FindingId = (typeof findingIds)[number]

export interface Finding {
  readonly id: FindingId
  readonly sure: Sureness
  /** This very case, with its names and numbers. */
  readonly says: Say
  /** The frames that show it. */
  readonly frames: readonly Heard[]
}

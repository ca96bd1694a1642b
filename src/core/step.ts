import type { Say } from './lang.ts'

/** What it costs the cloud to carry a step out. */
export const risks = ['none', 'this port', 'DHCP of this agent', 'this host'] as const
export type Risk = (typeof risks)[number]

/**
 * A change and its way back. `on` is a host, `api` (an `openstack …` command), or in the lab `switch` and `guest:VM`.
 */
export interface Step {
  readonly on: string
  readonly run: readonly string[]
  readonly undo: readonly string[]
}

/** One thing to do about a cause: in words, and as a command where a command does it. */
export interface Remedy {
  readonly on: string
  readonly say: Say
  readonly run?: readonly string[]
  readonly undo?: readonly string[]
  /** Whose traffic it may interrupt. */
  readonly risk: Risk
}

import type { Say } from './lang.ts'

/** What it costs the cloud to carry a step out, the least first. `manual` is what no command of ours does. */
export const risks = ['none', 'blips this port', 'restarts a service', "blips this host's ports", 'manual'] as const
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
  /** It goes on from the one before it in the list, and is no way of its own: at once, or when the cause is ruled out. */
  readonly follows?: 'at once' | 'when ruled out'
}

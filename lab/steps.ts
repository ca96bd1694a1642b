/** One act on the lab and what takes it back. Always argv, never a shell string. */
export interface Step {
  /** A lab host, `switch` (the physical switch), `underlay` (the bridge that tunnels cross), `api` (an `openstack` command) or `guest:NAME`. */
  readonly on: string
  readonly run: readonly string[]
  readonly undo: readonly string[]
}

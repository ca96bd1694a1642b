/** What `timeout` ends with when the time was up: for a capture that is the rule. */
export const TIME_WAS_UP = 124

/** The longest that anything of a run may last on a host: each command there runs under a `timeout` of ten seconds. */
export const LONGEST_S = 15

/** How that which an experiment puts on a host is known, beside its processes: in each, the run. */
export const marks = {
  /** Of an Open vSwitch port: 11 characters, for a device may have 15. */
  port: /^oh([0-9a-f]{8})\d$/,
  namespace: /^oldhand-([0-9a-f]{8})$/,
}

/** What several causes' faults wait for, or change, over the API. Commands for `api`, as argv. */

export const listOvsAgent = (host: string): string =>
  `openstack network agent list --host ${host} --agent-type open-vswitch -f value`

/** Until Neutron has the Open vSwitch agent of a host as alive, or as dead. Tries: seconds. */
export const untilAgent = (host: string, alive: 'True' | 'False', tries: number): readonly string[] => [
  ...['sh', '-c'],
  `for i in $(seq ${tries}); do ${listOvsAgent(host)} -c Alive | grep -qx ${alive} && exit 0; sleep 1; done; exit 1`,
]

/** A change of the profile makes ML2 bind a port again. */
export const changeProfile = (change: 'set' | 'unset', port: string): readonly string[] => [
  ...['openstack', 'port', change, '--binding-profile', change === 'set' ? 'oldhand=1' : 'oldhand', port],
]

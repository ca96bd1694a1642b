import type { Step } from '../core/step.ts'
import type { OvsPort } from '../probes/ovs/ovsdb.ts'
import { DEAD_VLAN } from '../probes/wiring/local-vlan.ts'

/** A fault: the port is parked. An agent that was restarted since may have given the port another tag than it had: that one stays. */
export const park = (on: string, { name, tag }: Pick<OvsPort, 'name' | 'tag'>): Step => ({
  on,
  run: ['ovs-vsctl', 'set', 'Port', name, `tag=${DEAD_VLAN}`],
  undo: [
    ...['sh', '-c'],
    `test "$(ovs-vsctl get Port ${name} tag)" != ${DEAD_VLAN} || ovs-vsctl set Port ${name} tag=${tag ?? '[]'}`,
  ],
})

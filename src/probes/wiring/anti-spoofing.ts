import { derived, fact, type Parsed } from '../../core/probe.ts'
import type { Flow } from '../../openflow/flow.ts'
import { integrationFlows } from './flows.ts'
import { attachedVif } from './vif.ts'

/**
 * The flows of br-int by which a port may send as certain MACs only: table 71 of the Open vSwitch firewall, table 25 with
 * any other (neutron/agent/linux/openvswitch_firewall/firewall.py, …/openflow/native/br_int.py).
 */
export interface AntiSpoofing {
  /** Those that let a MAC pass. None: the port may send as it likes. */
  readonly allow: readonly Flow[]
  readonly macs: ReadonlySet<string>
  /** What counts all the rest of the port; only the Open vSwitch firewall has one. */
  readonly refuse?: Flow
}

export const antiSpoofing = derived({
  id: 'anti-spoofing',
  needs: { vif: attachedVif, flows: integrationFlows },
  derive({ vif: v, flows }): Parsed<AntiSpoofing> {
    const own = flows.flows.filter((f) => f.match.get('in_port') === String(v.iface.ofport))
    const allow = own.filter((f) => f.match.has('dl_src'))
    const refuse = own.find((f) => f.table === BASE_EGRESS && f.priority === LAST)
    const macs = new Set(allow.map((f) => f.match.get('dl_src') ?? ''))
    return fact({ allow, macs, ...(refuse ? { refuse } : {}) })
  },
})

const BASE_EGRESS = 71
const LAST = 10

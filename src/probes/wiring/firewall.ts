import type { Evidence, Reading } from '../../core/answer.ts'
import { derived, fact, maybe, type Parsed } from '../../core/probe.ts'
import { nextTables } from '../../openflow/fate.ts'
import type { Flow } from '../../openflow/flow.ts'
import { agentConfigs } from '../agents/config.ts'
import { integrationFlows } from './flows.ts'
import { agentCookie } from './translation.ts'
import { type Attached, attachedVif } from './vif.ts'

/** What filters the VM's packets on its host. */
export interface Firewall {
  /**
   * `flows`: the openvswitch driver. `other`: iptables_hybrid, noop, … A host that was moved from one to the other has
   * ports of both, so that the port's own flows come before the configuration.
   */
  readonly kind: 'flows' | 'other' | 'not known'
  readonly because: readonly Evidence[]
  /** As `reg5` prints it. */
  readonly register: string
  readonly ofport: string
  /** Table 60, priority 100: where what the VM sends enters the firewall. */
  readonly entry?: Flow
  /** The same of another port of this host. */
  readonly otherEntry?: Flow
  /** This port's own flows of a table of the firewall. */
  readonly rows: (table: number) => readonly Flow[]
}

/** Tables of the flow firewall (neutron_lib, ovs_constants.py). */
export const TRANSIENT = 60
export const EGRESS = 71
export const EGRESS_RULES = 72
export const INGRESS = 81
export const INGRESS_RULES = 82

export const firewall = derived({
  id: 'firewall',
  needs: { vif: attachedVif, flows: integrationFlows, configs: maybe(agentConfigs) },
  derive({ vif, flows, configs }): Parsed<Firewall> {
    const { ofport, register } = numbersOf(vif)
    const rows = (table: number) => flows.flows.filter((f) => f.table === table && isOf(f, ofport, register))
    const entries = flows.flows.filter((f) => f.table === TRANSIENT && f.priority === 100 && f.match.has('in_port'))
    const entry = entries.find((f) => portOf(f) === ofport)
    const otherEntry = entries.find((f) => portOf(f) !== ofport)
    const config = configs.ok ? configs.fact['neutron-openvswitch-agent'] : undefined
    const driver = config?.ok ? config.fact.options.get('securitygroup/firewall_driver') : undefined
    const spoof = flows.flows.find((f) => f.table === 0 && portOf(f) === ofport && nextTables(f).some(isSpoofTable))
    const own = entry ?? [EGRESS, EGRESS_RULES, INGRESS, INGRESS_RULES].flatMap(rows)[0]
    return fact({
      ...kindOf({ own, spoof, driver, mark: agentCookie(flows) }),
      ofport,
      register,
      rows,
      ...(entry ? { entry } : {}),
      ...(otherEntry ? { otherEntry } : {}),
    })
  },
})

const numbersOf = ({ iface }: Attached) => ({
  ofport: String(iface.ofport ?? ''),
  register: `0x${(iface.ofport ?? 0).toString(16)}`,
})

const portOf = (flow: Flow) => flow.match.get('in_port')?.replace(/^"(.*)"$/, '$1')

const isOf = (flow: Flow, ofport: string, register: string) =>
  flow.match.get('reg5') === register || (portOf(flow) === ofport && !flow.match.has('reg5'))

/** ARP_SPOOF and MAC_SPOOF: filled by every driver but openvswitch. */
const isSpoofTable = (table: number) => table === 24 || table === 25

interface Signs {
  readonly own: Flow | undefined
  readonly spoof: Flow | undefined
  readonly driver: Reading<string> | undefined
  readonly mark: string | undefined
}

/** Flows of both can be there, for a while after the driver was changed: those of the agent that runs count. */
function kindOf({ own, spoof, driver, mark }: Signs): Pick<Firewall, 'kind' | 'because'> {
  if (spoof && (!own || spoof.cookie === mark)) return { kind: 'other', because: [spoof.source] }
  if (own) return { kind: 'flows', because: [own.source] }
  if (!driver) return { kind: 'not known', because: [] }
  return { kind: driverKind(driver.value), because: [driver] }
}

/** Of the option `firewall_driver`. */
export const driverKind = (driver: string): Firewall['kind'] =>
  /openvswitch$|OVSFirewallDriver$/.test(driver) ? 'flows' : 'other'

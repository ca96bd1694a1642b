import type { CauseId } from '../../core/cause-ids.gen.ts'

/** A line that Neutron's or Open vSwitch's code writes, and the cause that it speaks for. */
export interface LogPattern {
  readonly cause: CauseId
  /** Understood by `grep -E` and by JavaScript alike. */
  readonly pattern: string
}

const UUID = '[0-9a-f-]{36}'

/** Each from the file and line of the source that it names (Neutron master of 2026, Open vSwitch 3.x). */
export const logPatterns: readonly LogPattern[] = [
  // neutron/plugins/ml2/drivers/openvswitch/agent/ovs_neutron_agent.py
  {
    cause: 'provider-bridge-missing',
    pattern: 'Bridge [^ ]+ for physical network [^ ]+ does not exist\\. Agent terminated!',
  },
  { cause: 'port-admin-down', pattern: 'VIF port: [^ ]+ admin state up disabled, putting on the dead VLAN' },
  { cause: 'tap-not-in-br-int', pattern: 'Port [^ ]+ was not found on the integration bridge' },
  { cause: 'dead-vlan-4095', pattern: "Port '[^']+' has lost its vlan tag" },
  { cause: 'ovs-agent-down', pattern: 'Error while processing VIF ports' },
  { cause: 'ovs-agent-down', pattern: "Device [^ ]+ failed for [0-9]+ times and won't be retried anymore" },
  { cause: 'ovs-agent-down', pattern: 'Configuration for devices .+ failed!' },
  { cause: 'vswitchd-down', pattern: 'OVS is dead\\.' },
  // neutron/agent/linux/external_process.py, dhcp.py; neutron/agent/dhcp/agent.py
  { cause: 'dnsmasq-not-running', pattern: `with uuid ${UUID} not found\\. The process should not have died` },
  { cause: 'dnsmasq-not-running', pattern: 'Respawning [^ ]+ for uuid ' },
  { cause: 'dnsmasq-not-running', pattern: 'Failed to start DHCP process for network ' },
  { cause: 'dnsmasq-host-entry-missing', pattern: 'Unable to reload_allocations dhcp for ' },
  { cause: 'dnsmasq-host-entry-missing', pattern: `Network ${UUID} info call failed` },
  { cause: 'dhcp-namespace-or-port-broken', pattern: 'Unable to plug DHCP port for network ' },
]

import type { HostFile } from '../machine.ts'
import type { SwitchedHost } from '../names.ts'
import { commonFiles } from './common.ts'
import { ini } from './ini.ts'
import { neutronConf } from './neutron.ts'
import type { Secrets } from './secrets.ts'

/**
 * The agents' root helpers deadlock when two of their threads meet at a lock that eventlet has replaced ("cannot
 * switch to a different thread", eventlet issues 432 and 662): with one thread each, none meets another. Rootwrap before
 * them would do nothing but load Python once more, two dozen times in a boot.
 */
const rootHelper = {
  thread_pool_size: 1,
  helper_command: 'sudo privsep-helper --config-file /etc/neutron/neutron.conf',
}
const rootHelpers = Object.fromEntries(
  ['', '_dhcp_release', '_ovs_vsctl', '_namespace', '_conntrack', '_link'].map((name) => [
    `privsep${name}`,
    rootHelper,
  ]),
)
const helperRights: HostFile = {
  path: '/etc/sudoers.d/neutron-privsep',
  text: 'neutron ALL=(root) NOPASSWD: /usr/bin/privsep-helper *\n',
  mode: 0o440,
}

/**
 * An agent that is told to end takes six to eight seconds to take leave of RabbitMQ, channel by channel. It is given the
 * time to log that it was told, and counts as ended in order.
 */
const stop = ini({
  Service: {
    ExecStop: "-/bin/sh -c 'kill $MAINPID; sleep 0.5; kill -KILL $MAINPID'",
    SuccessExitStatus: 'SIGKILL',
  },
})
const stopFiles: HostFile[] = ['openvswitch', 'dhcp', 'l3'].map((agent) => ({
  path: `/etc/systemd/system/neutron-${agent}-agent.service.d/stop.conf`,
  text: stop,
}))

/** The files of a host with Open vSwitch: a compute host or the network host. */
export function switchedFiles(host: SwitchedHost, secrets: Secrets): HostFile[] {
  return [
    ...commonFiles(host),
    neutronConf(secrets, rootHelpers),
    helperRights,
    ...stopFiles,
    agentConf(host),
    ...bridgeFiles(host),
    ...(host.role === 'network' ? networkAgentFiles() : []),
  ]
}

function agentConf({ underlay, firewall }: SwitchedHost): HostFile {
  const text = ini({
    ovs: {
      integration_bridge: 'br-int',
      tunnel_bridge: 'br-tun',
      local_ip: underlay,
      bridge_mappings: 'physnet1:br0',
      // The kernels that the lab runs on have no openvswitch module.
      datapath_type: 'netdev',
    },
    // The default is 2: each repair waits for a round of the agent.
    agent: { tunnel_types: 'vxlan', polling_interval: 1 },
    securitygroup: { enable_security_group: 'True', firewall_driver: firewall },
  })
  return { path: '/etc/neutron/plugins/ml2/openvswitch_agent.ini', text }
}

/**
 * The bridges are made once, by the host itself. The tunnel's address has to sit on a bridge of the userspace
 * datapath, and is lost with that bridge's device whenever ovs-vswitchd restarts, so it is set after every start.
 */
function bridgeFiles({ underlay }: SwitchedHost): HostFile[] {
  const script = `#!/bin/sh
set -e
for nic in eth1 eth2 eth3; do ip link set "$nic" up; done
if ! ovs-vsctl br-exists br-vtep; then
  ovs-vsctl set-manager ptcp:6640:127.0.0.1 \\
    -- add-br br0 -- set bridge br0 datapath_type=netdev -- add-port br0 eth1 \\
    -- add-br br-vtep -- set bridge br-vtep datapath_type=netdev -- add-port br-vtep eth3
fi
ip address replace ${underlay}/24 dev br-vtep
ip link set br-vtep up
`
  const path = '/usr/local/sbin/host-bridges'
  const dropIn = ini({ Service: { ExecStartPost: path } })
  return [
    { path, text: script, mode: 0o755 },
    { path: '/etc/systemd/system/ovs-vswitchd.service.d/bridges.conf', text: dropIn },
  ]
}

function networkAgentFiles(): HostFile[] {
  const dhcp = ini({ DEFAULT: { interface_driver: 'openvswitch', enable_isolated_metadata: 'False' } })
  const l3 = ini({ DEFAULT: { interface_driver: 'openvswitch', enable_metadata_proxy: 'False' } })
  return [
    { path: '/etc/neutron/dhcp_agent.ini', text: dhcp },
    { path: '/etc/neutron/l3_agent.ini', text: l3 },
  ]
}

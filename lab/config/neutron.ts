import type { HostFile } from '../machine.ts'
import { ctl } from '../names.ts'
import { ini } from './ini.ts'
import type { Secrets } from './secrets.ts'

export const keystoneUrl = `http://${ctl.address}:5000/v3`
export const neutronUrl = `http://${ctl.address}:9696`

/** neutron.conf, with what a role has besides. */
export function neutronConf(
  { rabbit }: Secrets,
  own: Readonly<Record<string, Record<string, string | number>>> = {},
): HostFile {
  const text = ini({
    DEFAULT: {
      debug: 'False',
      transport_url: `rabbit://neutron:${rabbit}@ctl:5672/`,
      core_plugin: 'ml2',
      service_plugins: 'router',
      interface_driver: 'openvswitch',
      state_path: '/var/lib/neutron',
      rpc_response_timeout: 30,
      ...own['DEFAULT'],
    },
    agent: {
      root_helper: 'sudo neutron-rootwrap /etc/neutron/rootwrap.conf',
      root_helper_daemon: 'sudo neutron-rootwrap-daemon /etc/neutron/rootwrap.conf',
      // The defaults are 30 and 75: a dead agent shall be visible in seconds.
      report_interval: 5,
    },
    oslo_concurrency: { lock_path: '/var/lock/neutron' },
    oslo_messaging_rabbit: { rabbit_retry_interval: 1, heartbeat_timeout_threshold: 20 },
    ...Object.fromEntries(Object.entries(own).filter(([section]) => section !== 'DEFAULT')),
  })
  return { path: '/etc/neutron/neutron.conf', text, mode: 0o640, owner: 'root:neutron' }
}

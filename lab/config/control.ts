import type { HostFile } from '../machine.ts'
import { commonFiles } from './common.ts'
import { ctl } from '../names.ts'
import { ini } from './ini.ts'
import { keystoneUrl, neutronConf } from './neutron.ts'
import type { Secrets } from './secrets.ts'

const bind = ctl.address

export function controlFiles(secrets: Secrets): HostFile[] {
  return [
    ...commonFiles(ctl),
    ...databaseFiles(),
    ...rabbitFiles(),
    ...keystoneFiles(secrets),
    serverConf(secrets),
    ml2Conf(),
    serverUnit(),
  ]
}

function databaseFiles(): HostFile[] {
  const mysqld = {
    bind_address: bind,
    skip_name_resolve: 1,
    max_connections: 500,
    // A lab's database lives in memory and dies with it: nothing to make durable.
    innodb_flush_log_at_trx_commit: 0,
    innodb_flush_method: 'nosync',
  }
  return [{ path: '/etc/mysql/mariadb.conf.d/90-lab.cnf', text: ini({ mysqld }) }]
}

function rabbitFiles(): HostFile[] {
  // Erlang's schedulers spin while they wait, which costs a small machine a core.
  const calm = '+sbwt none +sbwtdcpu none +sbwtdio none +S 2:2'
  return [
    { path: '/etc/rabbitmq/rabbitmq-env.conf', text: `NODENAME=rabbit@ctl\nSERVER_ADDITIONAL_ERL_ARGS="${calm}"\n` },
    { path: '/etc/rabbitmq/rabbitmq.conf', text: `listeners.tcp.default = ${bind}:5672\n` },
  ]
}

function keystoneFiles({ database }: Secrets): HostFile[] {
  const conf = ini({
    DEFAULT: { log_file: 'keystone.log', log_dir: '/var/log/keystone' },
    database: { connection: `mysql+pymysql://keystone:${database}@${bind}/keystone?charset=utf8` },
    token: { provider: 'fernet', expiration: 86400 },
    // Passwords that are random need no slow hash, and each start of each client waits for it: 0.4 s.
    identity: { password_hash_rounds: 4 },
  })
  const uwsgi = ini({
    uwsgi: {
      'buffer-size': 65535,
      master: 'true',
      plugins: 'python3',
      'lazy-apps': 'true',
      'paste-logger': 'true',
      'no-orphans': 'true',
      'die-on-term': 'true',
      'enable-threads': 'true',
      // Each loads Python for three seconds: a second one would cost the boot more than the lab gains.
      processes: 1,
      threads: 4,
      listen: 100,
      logto: '/var/log/keystone/keystone.log',
      // It closes each connection after one answer; a client that was not told so asks again on it and is reset.
      'add-header': 'Connection: close',
      name: 'keystone-api',
      uid: 'keystone',
      gid: 'keystone',
      chdir: '/var/lib/keystone',
      'wsgi-file': '/usr/bin/keystone-wsgi-public',
    },
  })
  return [
    { path: '/etc/keystone/keystone.conf', text: conf, mode: 0o640, owner: 'root:keystone' },
    { path: '/etc/keystone/keystone-uwsgi.ini', text: uwsgi },
  ]
}

function serverConf(secrets: Secrets): HostFile {
  return neutronConf(secrets, {
    DEFAULT: {
      auth_strategy: 'keystone',
      bind_host: bind,
      api_workers: 1,
      rpc_workers: 1,
      rpc_state_report_workers: 1,
      agent_down_time: 15,
      notify_nova_on_port_status_changes: 'False',
      notify_nova_on_port_data_changes: 'False',
    },
    database: { connection: `mysql+pymysql://neutron:${secrets.database}@${bind}/neutron?charset=utf8` },
    keystone_authtoken: {
      www_authenticate_uri: keystoneUrl,
      auth_url: keystoneUrl,
      auth_type: 'password',
      project_domain_name: 'Default',
      user_domain_name: 'Default',
      project_name: 'service',
      username: 'neutron',
      password: secrets.neutron,
    },
  })
}

function ml2Conf(): HostFile {
  const text = ini({
    ml2: {
      type_drivers: 'flat,vlan,vxlan',
      tenant_network_types: 'vxlan',
      mechanism_drivers: 'openvswitch',
      extension_drivers: 'port_security',
    },
    ml2_type_vlan: { network_vlan_ranges: 'physnet1:3930:3939' },
    ml2_type_vxlan: { vni_ranges: '1:1000' },
    securitygroup: { enable_security_group: 'True', firewall_driver: 'openvswitch' },
  })
  return { path: '/etc/neutron/plugins/ml2/ml2_conf.ini', text }
}

/** Debian splits the server in two; one process serves a lab, and is what most clouds of that age run. */
function serverUnit(): HostFile {
  const text = ini({
    Unit: {
      Description: 'OpenStack Neutron Server',
      After: 'mariadb.service',
      Wants: 'mariadb.service rabbitmq-server.service',
    },
    Service: {
      User: 'neutron',
      Group: 'neutron',
      RuntimeDirectory: 'neutron lock/neutron',
      ExecStart:
        '/usr/bin/neutron-server --config-file /etc/neutron/neutron.conf ' +
        '--config-file /etc/neutron/plugins/ml2/ml2_conf.ini --log-file /var/log/neutron/neutron-server.log',
      Restart: 'on-failure',
      LimitNOFILE: 65535,
    },
    Install: { WantedBy: 'multi-user.target' },
  })
  return { path: '/etc/systemd/system/neutron-server.service', text }
}

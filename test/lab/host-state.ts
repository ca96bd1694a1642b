import { runOn } from '../../lab/index.ts'

/** What is there, without what time changes: flows, OVSDB, links, namespaces, units, the lock, our own processes. */
export async function stateOf(host: string): Promise<string> {
  const dumps = ['br-int', 'br0', 'br-tun'].map((bridge) => ['ovs-ofctl', '--no-stats', 'dump-flows', bridge])
  const reads = [
    ['ovs-vsctl', '--columns=name,tag,vlan_mode,trunks', 'list', 'Port'],
    ['ovs-vsctl', '--columns=name,options', 'list', 'Interface'],
    ['ovs-vsctl', 'show'],
    ['sh', '-c', "ip -o link | sed 's/^[0-9]*: //; s/qlen.*//'"],
    ['sh', '-c', 'for n in $(ls /run/netns 2>/dev/null); do echo $n; ip -n $n -o addr; ip -n $n route; done 2>&1'],
    ['systemctl', 'is-active', 'neutron-openvswitch-agent', 'neutron-dhcp-agent', 'openvswitch-switch'],
    ['sh', '-c', 'ls /run/lock /tmp; ps -eo args | grep "[o]ldhand-repair"'],
  ]
  const texts = await Promise.all([...dumps, ...reads].map(async (argv) => (await runOn(host, argv)).stdout))
  // An agent that was started connects to its bridges meanwhile.
  return texts
    .flatMap((text) => text.split('\n').toSorted())
    .filter((line) => !/hard_timeout|is_connected|^\s*$|cookie=\S+ (?=table=20)/.test(line))
    .join('\n')
}

/** The configuration of Neutron, to the letter: contents, owners, modes. */
export const configOf = async (host: string): Promise<string> =>
  (
    await runOn(host, [
      'sh',
      '-c',
      'cd /etc/neutron; find . -printf "%p %u %g %m\\n" | sort; find . -type f -exec sha256sum {} + | sort',
    ])
  ).stdout

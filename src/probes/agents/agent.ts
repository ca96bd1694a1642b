import type { Process, Processes } from '../host/processes.ts'

/** The agents of Neutron that a diagnosis looks at, by the name of their binary. */
export const agentBinaries = ['neutron-openvswitch-agent', 'neutron-dhcp-agent'] as const
export type AgentBinary = (typeof agentBinaries)[number]

/** Where distributions and deployment tools keep their configuration when the running process does not tell. */
export const usualConfig: Readonly<Record<AgentBinary, readonly string[]>> = {
  'neutron-openvswitch-agent': [
    '/etc/neutron/neutron.conf',
    '/etc/neutron/plugins/ml2/ml2_conf.ini',
    '/etc/neutron/plugins/ml2/openvswitch_agent.ini',
  ],
  'neutron-dhcp-agent': ['/etc/neutron/neutron.conf', '/etc/neutron/dhcp_agent.ini'],
}

/** Names of its unit: packages of Debian, Ubuntu, RDO and SUSE first, then devstack's. */
export const usualUnits: Readonly<Record<AgentBinary, readonly string[]>> = {
  'neutron-openvswitch-agent': ['neutron-openvswitch-agent.service', 'devstack@q-agt.service'],
  'neutron-dhcp-agent': ['neutron-dhcp-agent.service', 'devstack@q-dhcp.service'],
}

/** The agent's main process: of a process tree, its root (rootwrap and workers are below it). */
export function agentProcess(processes: Processes, binary: AgentBinary): Process | undefined {
  const mine = processes.all.filter((p) => isAgent(p, binary))
  return mine.find((p) => !mine.some((other) => other.pid === p.parent)) ?? mine[0]
}

// "/usr/bin/python3 /usr/bin/neutron-openvswitch-agent …", or a title of its own, "neutron-dhcp-agent: …": the binary is
// the program or its interpreter's argument, not a word somewhere in the command line of an editor or a tail.
function isAgent({ args, state }: Process, binary: AgentBinary): boolean {
  const words = args.split(' ').slice(0, 6)
  const at = words.findIndex((word) => word.replace(/:$/, '').split('/').at(-1) === binary)
  const interpreted = words.slice(0, Math.max(at, 0)).every((word) => /^-|python|sh$|dumb-init|tini/.test(word))
  return at >= 0 && interpreted && !state.startsWith('Z')
}

/** What `--config-file` and `--config-dir` name, in order (oslo.config: later ones win). */
export function configPaths(args: string): readonly string[] {
  const words = args.split(/\s+/)
  return words.flatMap((word, i) => {
    const option = /^--config-(?:file|dir)(?:=(.*))?$/.exec(word)
    const path = (option?.[1] ?? words[i + 1])?.replace(/\)$/, '')
    return option && path ? [path] : []
  })
}

import type { Place } from '../core/probe.ts'
import type { Step } from '../core/step.ts'
import { dhcpNamespace, type Subject } from '../core/subject.ts'
import type { Flow } from '../openflow/flow.ts'
import type { PortGroups } from '../probes/api/security-groups.ts'
import type { Firewall } from '../probes/wiring/firewall.ts'

/** What the causes of both directions share. */

export function familiesOf({ port }: Subject): readonly ('IPv4' | 'IPv6')[] {
  const has = (v6: boolean) => port.fixedIps.some(({ ip }) => ip.includes(':') === v6)
  return has(true) ? [...(has(false) ? (['IPv4'] as const) : []), 'IPv6'] : ['IPv4']
}

/** Rules of security groups have these priorities in tables 72 and 82 (openvswitch_firewall/rules.py). */
export const isRuleRow = ({ priority }: Flow): boolean => priority >= 70 && priority <= 77

/** The flow that refuses a port's new connections, with its counter. */
export const refusedBy = (firewall: Firewall, table: number): Flow | undefined =>
  firewall
    .rows(table)
    .find((f) => f.priority === 40 && f.match.get('ct_state') === '-est' && f.match.get('reg5') === firewall.register)

/** What was refused longer ago than this is not what somebody complains about now. Seconds. */
const RECENT = 300

/** Closed, and nobody has knocked: that is not what is wrong. */
export const hasRefused = ({ packets = 0, idle = 0 }: Flow): boolean => packets > 0 && idle <= RECENT

/** A flow that lets in an address other than the VM's own: of any row of its own, or of a member of its rules' groups. */
export function memberOf(rows: readonly Flow[], flows: readonly Flow[], { port }: Subject): Flow | undefined {
  const own = new Set(port.fixedIps.map(({ ip }) => ip))
  const groups = new Set(rows.flatMap((f) => f.actions.flatMap((a) => /^conjunction\((\d+),/.exec(a)?.[1] ?? [])))
  const isPlain = (f: Flow) => !f.match.has('conj_id') && !f.actions.some((a) => a.startsWith('conjunction('))
  const isOther = (f: Flow) =>
    !own.has((f.match.get('nw_src') ?? f.match.get('ipv6_src') ?? '').replace(/\/(32|128)$/, ''))
  const isMember = (f: Flow) => f.actions.some((a) => groups.has(/^conjunction\((\d+),1\/2\)/.exec(a)?.[1] ?? ''))
  return (
    rows.find((f) => isPlain(f) && isOther(f)) ??
    flows.find((f) => f.table === rows[0]?.table && isMember(f) && isOther(f))
  )
}

/** The agent needs this long to hear of a change and write its flows. Seconds. */
const HEARD = 8

/** The port in a group of its own that is closed in one direction only. */
export function closedFault(g: PortGroups, { subject }: Place, direction: 'ingress' | 'egress'): readonly Step[] {
  const name = `oldhand-no-${direction}`
  const group = (...words: readonly string[]) => ['openstack', 'security', 'group', ...words]
  const use = (...ids: readonly string[]) => [
    ...['openstack', 'port', 'set', '--no-security-group', ...ids.flatMap((id) => ['--security-group', id])],
    subject.port.id,
  ]
  const inForce = sh(`sleep ${HEARD}`)
  return [
    // The lab's Keystone resets a connection now and then: once more is enough.
    {
      on: 'api',
      run: sh(`${group('create', name).join(' ')} || ${group('create', name).join(' ')}`),
      undo: group('delete', name),
    },
    ...(direction === 'egress' ? onlyInwards(name) : []),
    { on: 'api', run: use(name), undo: use(...g.groups.map(({ id }) => id)) },
    { on: 'api', run: inForce, undo: ['true'] },
    ...(direction === 'ingress' ? knock(subject) : []),
  ]
}

const sh = (script: string) => ['sh', '-c', script]

/** A new group lets everything out and nothing in. */
function onlyInwards(name: string): readonly Step[] {
  const rule = 'openstack security group rule'
  return [
    `${rule} delete $(${rule} list ${name} -f value -c ID)`,
    `${rule} create --ingress --protocol icmp ${name}`,
  ].map((script) => ({ on: 'api', run: sh(script), undo: ['true'] }))
}

/** Somebody tries to reach the VM. */
function knock({ dhcpHosts, network, port }: Subject): readonly Step[] {
  const address = port.fixedIps[0]?.ip ?? ''
  const ping = `ip netns exec ${dhcpNamespace(network)} ping -c 3 -W 1 ${address}; true`
  return dhcpHosts.slice(0, 1).map((on) => ({ on, run: sh(ping), undo: ['true'] }))
}

import { without } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import type { AskedServer } from '../../core/from-the-dhcp-namespace.ts'
import { say } from '../../core/lang.ts'
import { maybe, type Parsed } from '../../core/probe.ts'
import { found, ruledOut, unknown, warning } from '../../core/verdict.ts'
import { type Dnsmasq, dnsmasq } from '../../probes/dhcp/dnsmasq.ts'
import { type DhcpEvent, dnsmasqLog } from '../../probes/dhcp/dnsmasq-log.ts'
import { clock } from '../../probes/host/clock.ts'
import { dhcpAgent } from '../../probes/wiring/agent-state.ts'
import { entryFor, isV6Only } from '../../probes/wiring/dhcp-service.ts'
import { fromTheDhcpNamespace } from '../../probes/wiring/from-the-dhcp-namespace.ts'
import { isServed } from '../applies.ts'
import { serverAt } from '../asked-inside.ts'
import { heard, reschedule, restartDhcpAgent } from '../remedies.ts'

export default defineCause({
  id: 'dnsmasq-host-entry-missing',
  at: 'dhcp',
  stops: { station: 'dnsmasq' },
  scope: ['port'],
  applies: isServed,
  needs: {
    ...{ dnsmasq, agent: dhcpAgent, clock: maybe(clock) },
    ...{ log: maybe(dnsmasqLog), inside: maybe(fromTheDhcpNamespace) },
  },
  explainedBy: [
    'rootwrap-or-privsep-broken',
    'disk-full',
    'dhcp-agent-down',
    'subnet-dhcp-disabled',
    'dnsmasq-not-running',
    'dhcp-network-unscheduled',
  ],

  check({ dnsmasq: d, log, agent, clock: time, inside }, { subject, host }) {
    if (!d.hosts.ok) return unknown(d.hosts.problem)
    const entry = entryFor(d, subject)
    const told = log.ok ? lastRefusal(log.fact) : undefined
    const asked = serverAt(inside, host)
    const addresses = subject.port.fixedIps.map((f) => f.ip)
    const isOwn = asked?.ip !== undefined && addresses.includes(asked.ip)
    if (entry && isOwn) return ruledOut(entry.source, ...asked.because)
    const since = startOf(d, time)
    const refusal = asked?.refusal ?? (told && told.at >= since ? told.source : undefined)
    // In the file and refused all the same: dnsmasq has not read it since, or another guest has the address.
    if (entry && refusal)
      return unknown(
        `dnsmasq refuses the VM though it is in its host file: ${refusal.line}`,
        `host 文件里有该虚拟机，dnsmasq 仍然拒绝：${refusal.line}`,
      )
    if (entry && hasRefused(asked, d))
      return unknown(
        'the VM is in the host file, and dnsmasq, asked at its own port, does not offer its address',
        'host 文件里有该虚拟机，但在 DHCP 端口上直接询问，dnsmasq 也没有提供它的地址',
      )
    if (entry) return ruledOut(entry.source)
    if (isV6Only(subject)) return unknown('the port has IPv6 addresses only', '端口只有 IPv6 地址')
    const stale = d.hosts.fact.entries.find((e) => e.mac === subject.port.mac)
    const detail = {
      mac: subject.port.mac,
      ip: addresses.join(', '),
      other: stale?.ips.join(', '),
      unit: agent.unit,
      agent: heard(agent.api),
    }
    const missing = stale?.source ?? without(subject.port.mac, d.hosts.fact.source)
    // It has read the file before the entry went, and forgets the VM when it reads it again.
    if (isOwn) return warning(detail, 'likely', missing, ...asked.because)
    const shown = [...(told ? [told.source] : []), ...(hasRefused(asked, d) ? asked.because : [])]
    return found(detail, shown.length > 0 ? 'certain' : 'likely', ...shown, missing)
  },

  fix: ({ unit, agent, ip }, { host, subject }) =>
    ip === ''
      ? [
          {
            on: 'api',
            risk: 'blips this port',
            run: [
              'openstack',
              'port',
              'set',
              '--fixed-ip',
              `subnet=${subject.subnets[0]?.id ?? '<SUBNET>'}`,
              subject.port.id,
            ],
            say: say('The port has no fixed IP: give it one.', '端口没有 fixed IP：给它分配一个。'),
          },
        ]
      : [
          {
            on: 'api',
            risk: 'none',
            run: ['openstack', 'port', 'set', '--description', 'oldhand: resync', subject.port.id],
            undo: ['openstack', 'port', 'set', '--description', '', subject.port.id],
            say: say(
              "Touch the port: the DHCP agent then writes its host entry again. This replaces the port's description; note the old one first.",
              '更新一下端口，触发 dhcp agent 重写 host 文件。会覆盖端口原有的 description，请先记下。',
            ),
          },
          restartDhcpAgent(
            host,
            unit,
            'it writes the host file again and reloads dnsmasq.',
            '它会重写 host 文件并让 dnsmasq 重新加载。',
          ),
          ...reschedule(agent, subject.network.id),
        ],

  fault: ({ agent }, { host, subject }) => {
    const file = `/var/lib/neutron/dhcp/${subject.network.id}/host`
    return [
      { on: host, run: ['sed', '-i', `/${subject.port.mac}/d`, file], undo: ['systemctl', 'restart', agent.unit] },
      { on: host, run: ['pkill', '-HUP', '-f', `dnsmasq.*${subject.network.id}`], undo: ['true'] },
    ]
  },

  words: {
    en: {
      title: "dnsmasq does not know the VM's MAC address",
      why: "Neutron's dnsmasq gives addresses only to the MACs in its host file; it ignores all others.",
      says: (d) =>
        d.other
          ? `The host file gives ${d.mac} ${d.other}, and Neutron says ${d.ip}.`
          : `${d.mac}${d.ip ? ` (${d.ip})` : ', a port without fixed IP,'} is not in the host file.`,
    },
    zh: {
      title: 'dnsmasq 的 host 文件里没有该虚拟机的 MAC',
      why: 'Neutron 的 dnsmasq 只给 host 文件里登记过的 MAC 分配地址，其他一概不理。',
      says: (d) =>
        d.other
          ? `host 文件里 ${d.mac} 对应 ${d.other}，而 Neutron 中是 ${d.ip}。`
          : `host 文件里没有 ${d.mac}${d.ip ? `（${d.ip}）` : '（该端口没有 fixed IP）'}。`,
    },
  },
})

/** Asked at its own port, it does not offer the VM's address, and it is there to offer it. */
const hasRefused = (asked: AskedServer | undefined, { running }: Dnsmasq): asked is AskedServer =>
  asked !== undefined && asked.is !== 'not reached' && running.some((p) => !p.state.startsWith('T'))

/** A dnsmasq reads its host file when it starts: what one before it has refused says nothing of this file. By the host's clock, ms. */
const startOf = ({ running }: Dnsmasq, time: Parsed<{ readonly now: number }>): number =>
  time.ok && running.length > 0
    ? time.fact.now - (Math.max(...running.map(({ age }) => age)) + 1) * 1000
    : Number.NEGATIVE_INFINITY

/** Its last word on this MAC, where that was a refusal. */
function lastRefusal(events: readonly DhcpEvent[]): DhcpEvent | undefined {
  const last = events.at(-1)
  return last?.note.includes('no address available') ? last : undefined
}

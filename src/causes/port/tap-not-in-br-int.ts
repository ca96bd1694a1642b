import { defineCause } from '../../core/cause.ts'
import { say } from '../../core/lang.ts'
import { maybe } from '../../core/probe.ts'
import { tapOf } from '../../core/subject.ts'
import { found, ruledOut } from '../../core/verdict.ts'
import { links } from '../../probes/host/links.ts'
import { processes } from '../../probes/host/processes.ts'
import { vif } from '../../probes/wiring/vif.ts'
import { guestOf } from '../guest-process.ts'
import { plug } from '../remedies.ts'
import { unbound } from '../unbound.ts'

export default defineCause({
  id: 'tap-not-in-br-int',
  at: 'compute',
  stops: { station: 'guest port' },
  scope: ['port'],
  needs: { vif, links, processes: maybe(processes) },
  explainedBy: [...unbound, 'stale-ports-namespaces-after-reboot'],

  check({ vif: v, links: all, processes: list }, { subject }) {
    const isDead = v.attached && v.iface.ofport !== undefined && v.iface.ofport < 0
    if (v.attached && v.onIntegration && !isDead) return ruledOut(v.iface.source)
    const common = { integration: v.integration, hybrid: false, dead: isDead ? v.iface.name : '' }
    if (v.attached && !isDead) {
      return found({ ...common, tap: v.iface.name, bridge: v.bridge.name }, 'certain', v.bridge.source, v.iface.source)
    }
    const link = all.byName.get(tapOf(subject.port))
    const guest = list.ok ? guestOf(list.fact, subject.port) : undefined
    // Neither a device nor a guest's process: the VM may just be off, or be somewhere else.
    const sure = link ? 'certain' : guest ? 'likely' : 'possible'
    const because = [
      v.attached ? v.iface.source : v.source,
      ...(link ? [link.source] : []),
      ...(guest ? [guest.source] : []),
    ]
    // With the hybrid firewall the tap is behind a Linux bridge: only Nova can plug that together again.
    const hybrid = link?.master !== undefined
    return found({ ...common, tap: link?.name ?? '', bridge: '', hybrid }, sure, ...because)
  },

  fix: ({ tap, hybrid, integration }, { host, subject }) => [
    ...(tap === '' || hybrid
      ? []
      : [
          {
            on: host,
            risk: 'none' as const,
            run: plug(integration, tap, subject.port),
            undo: ['ovs-vsctl', 'del-port', integration, tap],
            say: say(
              'Plug the tap into br-int as Nova does; the agent wires it within seconds.',
              '像 Nova 那样把 tap 接回 br-int，agent 几秒内会接好。',
            ),
          },
        ]),
    {
      on: 'api',
      risk: 'blips this port' as const,
      run: ['openstack', 'server', 'reboot', '--hard', subject.port.deviceId],
      say: say(
        'Or let Nova plug it: a hard reboot of the server (first see that it should be running here).',
        '或让 Nova 重新接：硬重启虚拟机（先确认它确实应该在这台主机上运行）。',
      ),
    },
  ],

  fault: ({ vif: v }, { host, subject }) => {
    const tap = v.attached ? v.iface.name : tapOf(subject.port)
    return [
      { on: host, run: ['ovs-vsctl', 'del-port', v.integration, tap], undo: plug(v.integration, tap, subject.port) },
    ]
  },

  words: {
    en: {
      title: "The VM's tap is not a port of br-int",
      why: 'The guest is plugged into nothing: the agent has no port to wire.',
      says: (d) =>
        d.bridge !== ''
          ? `${d.tap} is on ${d.bridge}, not on br-int.`
          : d.tap !== ''
            ? `${d.tap} is on the host and in no bridge of Open vSwitch.`
            : d.dead !== ''
              ? `Open vSwitch has a row for ${d.dead} and the host no such device: does the VM run here?`
              : "Open vSwitch has no interface with the port's iface-id, and the host no tap of it: does the VM run here?",
    },
    zh: {
      title: '虚拟机的 tap 不在 br-int 上',
      why: '虚拟机网卡没有接到任何网桥，agent 没有端口可接。',
      says: (d) =>
        d.bridge !== ''
          ? `${d.tap} 在 ${d.bridge} 上，而不是 br-int。`
          : d.tap !== ''
            ? `主机上有 ${d.tap}，但它不在 Open vSwitch 的任何网桥上。`
            : d.dead !== ''
              ? `Open vSwitch 里有 ${d.dead}，但主机上没有这个设备：虚拟机是否真的在这里运行？`
              : 'Open vSwitch 中没有该端口 iface-id 对应的接口，主机上也没有它的 tap：虚拟机是否真的在这里运行？',
    },
  },
})

import { without } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import { maybe } from '../../core/probe.ts'
import { found, ruledOut, unknown } from '../../core/verdict.ts'
import { processes } from '../../probes/host/processes.ts'
import { vswitchd } from '../../probes/ovs/vswitchd.ts'
import { vswitchdProcess, vswitchdUnit } from '../../probes/wiring/vswitchd-process.ts'
import { readLog, startUnit } from '../remedies.ts'

export default defineCause({
  id: 'vswitchd-down',
  at: 'ends',
  stops: { station: 'br-int' },
  scope: ['host'],
  needs: { vswitchd: maybe(vswitchd), processes, unit: maybe(vswitchdUnit) },
  explainedBy: [],

  check({ vswitchd: v, processes: list, unit }) {
    const detail = { unit: unit.ok ? unit.fact : 'openvswitch-switch.service' }
    const process = vswitchdProcess(list)
    if (process?.state.startsWith('T')) return found({ ...detail, frozen: true }, 'certain', process.source)
    if (!v.ok) return unknown(v.problem)
    if (v.fact.alive) return ruledOut(v.fact.source)
    // In a container its control socket may be where this host's tools do not look.
    if (process)
      return unknown(
        'ovs-vswitchd runs, and its control socket was not found',
        'ovs-vswitchd 在运行，但找不到它的控制套接字',
      )
    return found({ ...detail, frozen: false }, 'certain', v.fact.source, without('ovs-vswitchd', list.whole))
  },

  fix: ({ unit }, { host }) => [
    startUnit(host, unit, "blips this host's ports"),
    readLog(host, ['/var/log/openvswitch/ovs-vswitchd.log']),
  ],

  fault: ({ unit }, { host }) => {
    const name = unit.ok ? unit.fact : 'openvswitch-switch.service'
    return [{ on: host, run: ['systemctl', 'stop', name], undo: ['systemctl', 'start', name] }]
  },

  words: {
    en: {
      title: 'ovs-vswitchd does not run',
      why: 'It forwards every frame of every VM of this host (or tells the kernel how to).',
      says: (d) =>
        d.frozen
          ? 'The ovs-vswitchd process is stopped (state T).'
          : 'There is no ovs-vswitchd process, and nobody answers on its control socket.',
    },
    zh: {
      title: 'ovs-vswitchd 没有运行',
      why: '该主机上所有虚拟机的报文都由它转发（或由它指示内核转发）。',
      says: (d) =>
        d.frozen ? 'ovs-vswitchd 进程处于停止状态（T）。' : '没有 ovs-vswitchd 进程，控制套接字也没有应答。',
    },
  },
})

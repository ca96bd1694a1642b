import { defineCause } from '../../core/cause.ts'
import { maybe } from '../../core/probe.ts'
import { found, ruledOut } from '../../core/verdict.ts'
import { vswitchd } from '../../probes/ovs/vswitchd.ts'
import { vswitchdUnit } from '../../probes/wiring/vswitchd-process.ts'
import { readLog, startUnit } from '../remedies.ts'

export default defineCause({
  id: 'vswitchd-down',
  at: 'ends',
  stops: { station: 'br-int' },
  needs: { vswitchd, unit: maybe(vswitchdUnit) },
  explainedBy: [],

  check: ({ vswitchd: v, unit }) =>
    v.alive
      ? ruledOut(v.source)
      : found({ unit: unit.ok ? unit.fact : 'openvswitch-switch.service' }, 'certain', v.source),

  fix: ({ unit }, { host }) => [
    startUnit(host, unit, 'this host'),
    readLog(host, '/var/log/openvswitch/ovs-vswitchd.log'),
  ],

  fault: ({ unit }, { host }) => {
    const name = unit.ok ? unit.fact : 'openvswitch-switch.service'
    return [{ on: host, run: ['systemctl', 'stop', name], undo: ['systemctl', 'start', name] }]
  },

  words: {
    en: {
      title: 'ovs-vswitchd does not run',
      why: 'It forwards every frame of every VM of this host (or tells the kernel how to).',
      says: () => 'ovs-vswitchd does not answer on its control socket.',
    },
    zh: {
      title: 'ovs-vswitchd 没有运行',
      why: '该主机上所有虚拟机的报文都由它转发（或由它指示内核转发）。',
      says: () => 'ovs-vswitchd 的控制套接字没有应答。',
    },
  },
})

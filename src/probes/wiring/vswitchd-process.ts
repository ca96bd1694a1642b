import { derived, fact, problem } from '../../core/probe.ts'
import { type Process, type Processes, processes } from '../host/processes.ts'
import { units } from '../host/units.ts'

/** ovs-vswitchd itself, not the monitor that `--monitor` leaves as its parent. */
export const vswitchdProcess = (list: Processes): Process | undefined =>
  list.all
    .filter((p) => /(^|\/)ovs-vswitchd /.test(`${p.args} `) && !p.state.startsWith('Z'))
    .toSorted((a, b) => a.age - b.age)[0]

const usual = ['ovs-vswitchd.service', 'openvswitch-switch.service', 'openvswitch.service']

/** The unit that starts ovs-vswitchd here. */
export const vswitchdUnit = derived({
  id: 'vswitchd-unit',
  needs: { units, processes },
  derive({ units: known, processes: list }) {
    const running = vswitchdProcess(list)?.unit
    const unit = running?.endsWith('.service') ? running : usual.find((name) => known.has(name))
    return unit === undefined
      ? problem('no unit of Open vSwitch on this host', '主机上没有 Open vSwitch 的 systemd 服务')
      : fact(unit)
  },
})

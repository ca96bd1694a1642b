import { without } from '../../core/answer.ts'
import { defineCause } from '../../core/cause.ts'
import { say } from '../../core/lang.ts'
import { maybe } from '../../core/probe.ts'
import { tapOf } from '../../core/subject.ts'
import { found, ruledOut, type Sureness, unknown, warning } from '../../core/verdict.ts'
import { apiPort } from '../../probes/api/port.ts'
import { type Processes, processes } from '../../probes/host/processes.ts'
import { units } from '../../probes/host/units.ts'
import { ovsdbServer } from '../../probes/ovs/ovsdb-server.ts'
import { ovsAgent } from '../../probes/wiring/agent-state.ts'
import { byHand, plug, readLog } from '../remedies.ts'

const usual = ['ovsdb-server.service', 'openvswitch-switch.service', 'openvswitch.service']

export default defineCause({
  id: 'ovsdb-unreachable',
  at: 'ends',
  stops: { station: 'br-int' },
  scope: ['port', 'host'],
  needs: { server: ovsdbServer, processes, units: maybe(units), port: maybe(apiPort), agent: ovsAgent },
  // Stopped together: that nothing is forwarded is worse than that nothing is stored.
  explainedBy: ['vswitchd-down'],

  check({ server, processes: list, units: known, port }, { subject, host }) {
    if (server.is === 'answers') return ruledOut(server.source)
    const process = serverProcess(list)
    const frozen = process?.state.startsWith('T') === true
    // In a container its socket may be where this host's tools do not look.
    if (process && !frozen && server.is === 'no socket')
      return unknown('ovsdb-server runs, and its socket was not found', 'ovsdb-server 在运行，但找不到它的套接字')
    const unit = usual.find((name) => known.ok && known.fact.has(name)) ?? usual[0] ?? ''
    const state = frozen ? 'frozen' : process ? 'deaf' : 'gone'
    const sure: Sureness = state === 'deaf' ? 'likely' : 'certain'
    const because = [server.source, process ? process.source : without('ovsdb-server', list.whole)]
    const detail = { state, unit } as const
    // What is plugged and wired stays so: only a port that is not yet needs the database.
    const waits = host === subject.compute && port.ok && port.fact.adminUp && port.fact.status !== 'ACTIVE'
    return waits && port.ok
      ? found(detail, sure, ...because, port.fact.cite('status'))
      : warning(detail, sure, ...because)
  },

  fix: ({ unit, state }, { host }) => [
    state === 'gone'
      ? {
          on: host,
          risk: 'restarts a service',
          run: ['systemctl', 'start', unit],
          say: say(
            'Start the database. Do not restart Open vSwitch as a whole: ovs-vswitchd, which still forwards, would lose its flows.',
            '启动数据库。不要重启整个 Open vSwitch：仍在转发的 ovs-vswitchd 会丢失流表。',
          ),
        }
      : state === 'frozen'
        ? byHand(
            host,
            `Let the process go on: systemctl kill -s CONT ${unit}.`,
            `让进程继续运行：systemctl kill -s CONT ${unit}。`,
          )
        : byHand(
            host,
            `Restart the database: systemctl restart ${unit}. Where its unit takes ovs-vswitchd with it, every VM of the host is interrupted.`,
            `重启数据库：systemctl restart ${unit}。如果该 unit 会连带重启 ovs-vswitchd，主机上所有虚拟机都会中断。`,
          ),
    {
      ...readLog(host, ['/var/log/openvswitch/ovsdb-server.log']),
      say: say('Read its log for the reason.', '看它的日志找原因。'),
    },
  ],

  // Killed, and not started again by systemd; ovs-vswitchd goes on with what it has. The VM was about to be plugged.
  fault: ({ agent }, { host, subject }) => {
    const tap = tapOf(subject.port)
    const folder = '/run/systemd/system/ovsdb-server.service.d'
    const untilDown = `for i in $(seq 40); do openstack port show ${subject.port.id} -f value -c status | grep -qx DOWN && exit 0; sleep 1; done; exit 1`
    const plugged = plug('br-int', tap, subject.port)
    return [
      { on: host, run: ['true'], undo: ['systemctl', 'restart', agent.unit] },
      { on: host, run: ['ovs-vsctl', 'del-port', 'br-int', tap], undo: plugged },
      { on: 'api', run: ['sh', '-c', untilDown], undo: ['true'] },
      {
        on: host,
        run: [
          ...['sh', '-c'],
          `mkdir -p ${folder} && printf '[Service]\\nRestart=no\\n' > ${folder}/oldhand.conf && systemctl daemon-reload && kill -KILL $(pidof ovsdb-server)`,
        ],
        undo: [
          ...['sh', '-c'],
          `rm -rf ${folder} && systemctl daemon-reload && systemctl reset-failed ovsdb-server && systemctl start ovsdb-server`,
        ],
      },
    ]
  },

  words: {
    en: {
      title: 'ovsdb-server does not answer',
      why: 'Nova and the agent plug and wire ports through this database. ovs-vswitchd forwards on for the ports that it has.',
      says: (d) =>
        d.state === 'frozen'
          ? 'The ovsdb-server process is stopped (state T).'
          : d.state === 'deaf'
            ? 'ovsdb-server runs, and ovs-vsctl gets no answer from it.'
            : 'There is no ovsdb-server process, and ovs-vsctl cannot connect.',
    },
    zh: {
      title: 'ovsdb-server 没有应答',
      why: 'Nova 和 agent 都通过这个数据库接入端口。ovs-vswitchd 对已有端口照常转发。',
      says: (d) =>
        d.state === 'frozen'
          ? 'ovsdb-server 进程处于停止状态（T）。'
          : d.state === 'deaf'
            ? 'ovsdb-server 在运行，但 ovs-vsctl 得不到应答。'
            : '没有 ovsdb-server 进程，ovs-vsctl 无法连接。',
    },
  },
})

/** Not the monitor that `--monitor` leaves as its parent. */
const serverProcess = (list: Processes) =>
  list.all
    .filter((p) => /(^|\/)ovsdb-server /.test(`${p.args} `) && !p.state.startsWith('Z'))
    .toSorted((a, b) => a.age - b.age)[0]

import type { Command } from 'commander'
import { say } from '../core/lang.ts'
import type { Traced } from '../core/traced.ts'
import { traceToJson } from '../report/trace/schema.ts'
import { renderTrace } from '../report/trace/terminal.ts'
import { UsageError } from './errors.ts'
import { localeOf } from './language.ts'
import { tableWidth, terminalOf } from './terminal.ts'
import { tellUnresolved } from './unresolved.ts'
import { traceTexts } from '../trace-texts.ts'
import { type Connection, type Protocol, traceVm } from '../tracing.ts'
import { openVm } from './open-vm.ts'
import { addAccess, type ReachOptions } from './reach.ts'
import { readTraceFiles } from './trace-files.ts'

interface Options extends ReachOptions {
  readonly bundle?: string
  readonly to?: string
  readonly from?: string
  readonly tcp?: string
  readonly udp?: string
  readonly arp?: boolean
  readonly icmp?: boolean
  readonly flows: readonly string[]
  readonly show: readonly string[]
  readonly groups: readonly string[]
  readonly fdb: readonly string[]
  readonly mdb: readonly string[]
  readonly meters: readonly string[]
  readonly ovsdb?: string
  readonly bridge?: string
  readonly ct: readonly string[]
  readonly json?: boolean
}

const exitStatus = { delivered: 0, dropped: 1, inconclusive: 3 } as const

export function addTrace(program: Command): void {
  const { t } = localeOf(process.argv)
  const more = (value: string, before: readonly string[]) => [...before, value]
  const command = program
    .command('trace [vm-or-packet]')
    .description(
      t(
        'Follow a packet through flow tables, and name the flow that drops it.',
        '让一个报文走一遍流表，指出是哪条流表项把它丢弃的。',
      ),
    )
  addAccess(command)
    .option(
      '--to <address-or-vm>',
      t("where to (default: the VM's gateway)", '目的地址，或另一台虚拟机（默认为虚拟机的网关）'),
    )
    .option('--from <address-or-vm>', t('from where to the VM', '从该地址或另一台虚拟机发往此虚拟机'))
    .option('--tcp <port>', t('a TCP connection to this port', '到该端口的 TCP 连接'))
    .option('--udp <port>', t('a UDP packet to this port', '到该端口的 UDP 报文'))
    .option('--icmp', t('a ping', 'ping'))
    .option('--arp', t('an ARP request', 'ARP 请求'))
    .option('--bundle <file>', t('of a recorded cloud', '使用录制文件（bundle）'))
    .option(
      '--flows <bridge=file>',
      t('what `ovs-ofctl dump-flows` printed; once for each bridge', '`ovs-ofctl dump-flows` 的输出，每个网桥一次'),
      more,
      [],
    )
    .option('--show <bridge=file>', t('what `ovs-ofctl show` printed', '`ovs-ofctl show` 的输出'), more, [])
    .option(
      '--groups <bridge=file>',
      t('what `ovs-ofctl dump-groups` printed', '`ovs-ofctl dump-groups` 的输出'),
      more,
      [],
    )
    .option('--fdb <bridge=file>', t('what `ovs-appctl fdb/show` printed', '`ovs-appctl fdb/show` 的输出'), more, [])
    .option('--mdb <bridge=file>', t('what `ovs-appctl mdb/show` printed', '`ovs-appctl mdb/show` 的输出'), more, [])
    .option(
      '--meters <bridge=file>',
      t('what `ovs-ofctl dump-meters` printed', '`ovs-ofctl dump-meters` 的输出'),
      more,
      [],
    )
    .option(
      '--ovsdb <file>',
      t(
        'what `ovsdb-client -f json dump Open_vSwitch` printed: VLANs, patch ports, tunnels',
        '`ovsdb-client -f json dump Open_vSwitch` 的输出：VLAN、patch 口、隧道',
      ),
    )
    .option('--bridge <bridge>', t('where the packet comes in', '报文从哪个网桥进入'))
    .option(
      '--ct <state>',
      t(
        'what conntrack says, once for each ct: new (default), est, est,rpl …',
        'conntrack 的结果，每个 ct 一次：new（默认）、est、est,rpl……',
      ),
      more,
      [],
    )
    .option('--json', t('machine-readable (schema oldhand/trace@1)', '输出 JSON（schema 为 oldhand/trace@1）'))
    .addHelpText('after', t(examples.en, examples.zh))
    .action(async (asked: string | undefined, options: Options) => {
      const result = options.flows.length > 0 ? await ofFiles(asked, options) : await ofVm(asked, options)
      if (result) process.exitCode = tellTrace(result, options)
    })
}

async function ofFiles(packet: string | undefined, options: Options): Promise<Traced> {
  if (packet === undefined || options.bridge === undefined) throw tooLittle()
  const given = await readTraceFiles({
    flows: byBridge(options.flows, '--flows'),
    show: byBridge(options.show, '--show'),
    groups: byBridge(options.groups, '--groups'),
    fdb: byBridge(options.fdb, '--fdb'),
    mdb: byBridge(options.mdb, '--mdb'),
    meters: byBridge(options.meters, '--meters'),
    ...(options.ovsdb === undefined ? {} : { ovsdb: options.ovsdb }),
  })
  const connections = options.ct.map(toConnection)
  const result = traceTexts(given, { bridge: options.bridge, packet, connections })
  if (!result.ok) throw new UsageError(result.problem)
  return result.fact
}

async function ofVm(vm: string | undefined, options: Options): Promise<Traced | undefined> {
  if (vm === undefined && options.bundle === undefined) throw tooLittle()
  const { vm: known, transport } = await openVm(vm, options)
  try {
    const protocol = protocolOf(options)
    const asked = { protocol, ...otherEnd(options), connections: options.ct.map(toConnection) }
    const outcome = await traceVm(known, asked, transport)
    if (outcome.kind === 'traced') return outcome.traced
    process.exitCode = tellUnresolved(outcome)
    return undefined
  } finally {
    await transport.close()
  }
}

function otherEnd({ to, from }: Options): { readonly to?: string; readonly from?: string } {
  if (to !== undefined && from !== undefined)
    throw new UsageError(
      say(
        'One of --to and --from: the other end is the VM itself.',
        '--to 和 --from 只能给一个：另一端就是虚拟机本身。',
      ),
    )
  return { ...(to === undefined ? {} : { to }), ...(from === undefined ? {} : { from }) }
}

function protocolOf(options: Options): Protocol {
  for (const kind of ['tcp', 'udp'] as const) {
    const text = options[kind]
    if (text === undefined) continue
    const port = Number(text)
    if (!Number.isInteger(port) || port < 1 || port > 65535)
      throw new UsageError(say(`--${kind} takes a port, not "${text}".`, `--${kind} 后面是端口号，而不是 "${text}"。`))
    return { kind, port }
  }
  if (options.arp) return { kind: 'arp' }
  return options.icmp || options.to !== undefined || options.from !== undefined ? { kind: 'icmp' } : { kind: 'dhcp' }
}

const tooLittle = () =>
  new UsageError(
    say(
      "Name a VM, or give files: --flows BRIDGE=FILE, --bridge BRIDGE and the packet, such as 'in_port=3,udp,tp_dst=67' (see oldhand trace --help).",
      "请指定虚拟机，或给出文件：--flows 网桥=文件、--bridge 网桥，以及报文，例如 'in_port=3,udp,tp_dst=67'（见 oldhand trace --help）。",
    ),
  )

function byBridge(words: readonly string[], option: string): ReadonlyMap<string, string> {
  return new Map(
    words.map((word) => {
      const equals = word.indexOf('=')
      if (equals <= 0 || equals === word.length - 1)
        throw new UsageError(
          say(`${option} takes BRIDGE=FILE, not "${word}".`, `${option} 的写法是 网桥=文件，而不是 "${word}"。`),
        )
      return [word.slice(0, equals), word.slice(equals + 1)]
    }),
  )
}

const STATES = ['new', 'est', 'rel', 'rpl', 'inv', 'trk', 'snat', 'dnat'] as const

function toConnection(text: string): Connection {
  const states = text.split(/[,|]/).filter((word) => word !== 'trk')
  const known = states.flatMap((word) => STATES.filter((state) => state === word))
  if (known.length === states.length && known.length > 0) return known
  throw new UsageError(
    say(`--ct takes ${STATES.join(', ')}, not "${text}".`, `--ct 可用 ${STATES.join('、')}，而不是 "${text}"。`),
  )
}

function tellTrace(result: Traced, options: Options): number {
  const text = options.json ? JSON.stringify(traceToJson(result), null, 2) : renderTrace(result, terminalOf(tableWidth))
  process.stdout.write(`${text}\n`)
  return exitStatus[result.outcome]
}

const examples = {
  en: `
Examples:
  oldhand trace vm1                                the VM's DHCP request
  oldhand trace vm1 --to 8.8.8.8 --tcp 443
  oldhand trace vm1 --from vm2 --icmp
  oldhand trace --flows br-int=br-int.txt --bridge br-int 'in_port=3,udp,dl_src=fa:16:3e:00:00:01,tp_src=68,tp_dst=67'
  oldhand trace --flows br-int=a.txt --flows br0=b.txt --ovsdb db.json --bridge br-int 'in_port=tap1,arp'

Exit status: 0 delivered, 1 dropped, 2 wrong use, 3 inconclusive`,
  zh: `
示例：
  oldhand trace vm1                                虚拟机的 DHCP 请求
  oldhand trace vm1 --to 8.8.8.8 --tcp 443
  oldhand trace vm1 --from vm2 --icmp
  oldhand trace --flows br-int=br-int.txt --bridge br-int 'in_port=3,udp,dl_src=fa:16:3e:00:00:01,tp_src=68,tp_dst=67'
  oldhand trace --flows br-int=a.txt --flows br0=b.txt --ovsdb db.json --bridge br-int 'in_port=tap1,arp'

退出码：0 送达，1 丢弃，2 用法错误，3 无法判定`,
}

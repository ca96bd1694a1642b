import { commandLine } from '../../core/answer.ts'
import {
  type FlowDifference,
  type FlowReport,
  type FlowVerdict,
  flowVerdict,
  type HostFlows,
} from '../../core/flow-report.ts'
import { type Say, say } from '../../core/lang.ts'
import { plain } from '../evidence.ts'
import { type Pen, penFor, type TerminalOptions } from '../pen.ts'
import { wrap } from '../text.ts'

/** The flows of a VM for people: first what differs, with the line to type; with `verbose` also what is there. */
export function renderFlows(report: FlowReport, options: TerminalOptions): string {
  const pen = penFor(options)
  const verdict = flowVerdict(report)
  const colour = { 'as expected': pen.paint.green, differ: pen.paint.red, unknown: pen.paint.yellow }[verdict]
  return [
    pen.paint.bold(colour(`${plain(report.name)}  ${pen.tell(verdicts[verdict])}`)),
    ...report.hosts.flatMap((host) => ['', ...hostLines(host, pen)]),
    ...(verdict === 'differ' ? ['', ...adviceLines(report.hosts, pen)] : []),
  ].join('\n')
}

const verdicts: Readonly<Record<FlowVerdict, Say>> = {
  'as expected': say('The flows that it needs are there.', '所需的流表都在。'),
  differ: say('Its flows are not as they should be.', '流表与应有的不一致。'),
  unknown: say('Not all of its flows could be looked at.', '有一部分流表无法检查。'),
}

function hostLines(flows: HostFlows, pen: Pen): readonly string[] {
  const { host, release, present, differences } = flows
  const expected = present.length + differences.filter(({ kind }) => kind !== 'foreign').length
  const version = release.from === release.to ? `Neutron ${release.from}` : pen.t('release not known', '版本未知')
  const count = pen.t(
    `${present.length} of ${expected} flows are there`,
    `应有 ${expected} 条流表，实有 ${present.length} 条`,
  )
  return [
    `${pen.paint.bold(host)}${pen.colon}${count} ${pen.paint.dim(`(${version})`)}`,
    ...differences.flatMap((each) => differenceLines(host, each, pen)),
    ...flows.unknown.flatMap((each) => paragraph(pen.t('not known: ', '未知：') + pen.tell(each), pen)),
    ...flows.notes.flatMap((each) => paragraph(pen.tell(each), pen)),
    ...(pen.verbose ? present.map((row) => pen.paint.dim(`  ✓ ${row.bridge}  ${row.expected}`)) : []),
  ]
}

const paragraph = (text: string, pen: Pen) => wrap(plain(text), pen.width, '  ').map((line) => pen.paint.dim(line))

const kinds: Readonly<Record<FlowDifference['kind'], Say>> = {
  missing: say('missing', '缺少'),
  wrong: say('wrong', '错误'),
  foreign: say('not the agent’s', '不是 agent 下发的'),
}

/** The command stands on one line whatever its length: it is there to be copied. */
function differenceLines(host: string, difference: FlowDifference, pen: Pen): readonly string[] {
  const { kind, bridge, why, because, command } = difference
  const about = why === undefined ? '' : `${pen.colon}${pen.tell(why)}`
  return [
    `  ${pen.paint.red('✗')} ${pen.paint.bold(`${bridge} ${pen.tell(kinds[kind])}`)}${about}`,
    ...(kind === 'missing' ? [] : [pen.paint.dim(`      ${plain(because.line)}`)]),
    `      ${host}# ${plain(commandLine({ host: '', argv: command }))}`,
  ]
}

function adviceLines(hosts: readonly HostFlows[], pen: Pen): readonly string[] {
  const broken = hosts.filter(({ differences }) => differences.length > 0)
  const restarts = broken.map(({ host, unit }) => `      ${host}# systemctl restart ${unit}`)
  return [
    ...wrap(
      pen.t(
        'Let the agent repair itself first: when it starts, it writes the flows that should be there and removes those that it does not know. A flow typed by hand lasts until then.',
        '先让 agent 自己修复：agent 启动时会重新下发应有的流表，并清理不认识的流表项。手动添加的流表只能用到那时。',
      ),
      pen.width,
      '',
    ),
    ...restarts,
  ]
}

import { commandLine, typed } from '../../core/answer.ts'
import type { Alternative, Instruction, Plan, PlannedCause, RepairStep } from '../../core/repair.ts'
import { oneLine } from '../evidence.ts'
import { riskWords, surenessWords } from '../labels.ts'
import { heading, type Pen } from '../pen.ts'
import { wrap } from '../text.ts'

/** A plan as an operator reads it before agreeing to it. */
export function renderPlan(plan: Plan, pen: Pen): string {
  const parts = [
    headPart(plan, pen),
    ...plan.steps.map((step, i) => stepPart(step, i + 1, pen)),
    proofPart(plan, pen),
    instructionsPart(plan, pen),
    alternativesPart(plan.alternatives, pen),
    laterPart(plan.later, pen),
  ]
  return parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')
}

function headPart(plan: Plan, pen: Pen): readonly string[] {
  const { vm, host, causes, steps } = plan
  if (causes.length === 0) return [heading(pen, `${vm}  ${nothingToRepair(plan, pen)}`)]
  const n = steps.length
  const title =
    n === 0
      ? pen.t(`${vm}  No step that Oldhand may take itself`, `${vm}  没有可由 Oldhand 自动执行的步骤`)
      : pen.t(`${vm}  Repair of ${host} in ${n} step${n > 1 ? 's' : ''}`, `${vm}  修复 ${host}，共 ${n} 步`)
  return [heading(pen, title), ...causes.flatMap((cause) => causeLines(cause, pen))]
}

function nothingToRepair({ verdict, proves }: Plan, pen: Pen): string {
  if (verdict === 'healthy' && proves) return pen.t('Healthy: nothing to repair.', '正常，无需修复。')
  if (verdict === 'healthy')
    return pen.t(
      'Healthy: nothing to repair. Is it not? --prove sends packets to see.',
      '正常，无需修复。如果仍然不通：加 --prove 发送报文验证。',
    )
  const packets = proves ? '' : pen.t(' --prove sends packets, which may settle it;', '加 --prove 可发送报文来判定；')
  return pen.t(
    `No cause is certain enough to be repaired (see oldhand diagnose;${packets} --likely takes the likely ones too).`,
    `没有足够确定的原因可供修复（见 oldhand diagnose；${packets}加 --likely 可处理"很可能"的原因）。`,
  )
}

const causeLines = ({ id, host, sure, says }: PlannedCause, pen: Pen): readonly string[] => [
  ...wrap(oneLine(`${id}  ${host}  ${pen.tell(surenessWords[sure])}`), pen.width, '  '),
  ...wrap(oneLine(pen.tell(says)), pen.width, '    '),
]

function stepPart(step: RepairStep, n: number, pen: Pen): readonly string[] {
  const row = (label: string, text: string) => wrap(oneLine(`${label}${pen.colon}${text}`), pen.width, '    ')
  const checks = step.causes.join(', ')
  return [
    heading(pen, pen.t(`Step ${n}`, `第 ${n} 步`)),
    `  ${pen.paint.cyan(commandOf(step))}`,
    ...wrap(pen.tell(step.say), pen.width, '    '),
    ...row(pen.t('risk', '风险'), pen.tell(riskWords[step.risk])),
    ...row(pen.t('touches', '改动'), pen.tell(step.touches)),
    ...row(pen.t('there now', '当前'), step.before || pen.t('nothing', '无')),
    ...row(
      pen.t('undo', '撤销'),
      step.undo
        ? commandLine({ host: '', argv: step.undo })
        : pen.t('nothing to take back: it changes no configuration', '不改配置，没有需要撤销的内容'),
    ),
    ...row(
      pen.t('then', '之后'),
      checks === ''
        ? pen.t('the next step', '执行下一步')
        : pen.t(`the check of ${checks} on fresh facts`, `重新采集并复查 ${checks}`),
    ),
  ]
}

function proofPart({ proves, causes, steps }: Plan, pen: Pen): readonly string[] {
  if (!proves || causes.length === 0) return []
  const isManual = steps.length === 0
  const what = pen.t(
    `DHCP and ARP packets are sent as the VM, as \`oldhand diagnose --prove\` does: they must be answered${isManual ? '' : ', or the repair is taken back'}.`,
    `像 \`oldhand diagnose --prove\` 那样以虚拟机身份发送 DHCP 和 ARP 报文：必须得到应答${isManual ? '' : '，否则撤销本次修复'}。`,
  )
  return [heading(pen, pen.t('At the end', '最后')), ...wrap(what, pen.width, '  ')]
}

function instructionsPart({ instructions, causes }: Plan, pen: Pen): readonly string[] {
  if (instructions.length === 0) return []
  const evidence = causes.flatMap((cause) => cause.evidence).slice(0, 4)
  return [
    heading(pen, pen.t('For a person', '需人工处理')),
    ...instructions.flatMap((each) => instructionLines(each, pen)),
    ...(evidence.length > 0
      ? [`  ${pen.t('to hand over:', '交接证据：')}`, ...evidence.flatMap((e) => wrap(oneLine(e), pen.width, '    '))]
      : []),
  ]
}

const instructionLines = ({ on, say, run }: Instruction, pen: Pen): readonly string[] => [
  ...wrap(oneLine(`${on}  ${pen.tell(say)}`), pen.width, '  '),
  ...(run ? [`    ${pen.paint.cyan(commandOf({ on, run }))}`] : []),
]

function alternativesPart(all: readonly Alternative[], pen: Pen): readonly string[] {
  if (all.length === 0) return []
  return [
    heading(pen, pen.t('Other ways', '其他办法')),
    ...all.flatMap((each) => [
      ...wrap(pen.tell(each.say), pen.width, '  '),
      `    ${pen.paint.cyan(commandOf(each))}`,
      ...wrap(`${pen.tell(riskWords[each.risk])}; ${pen.tell(each.notTaken)}`, pen.width, '    '),
    ]),
  ]
}

function laterPart(later: readonly PlannedCause[], pen: Pen): readonly string[] {
  if (later.length === 0) return []
  const title = pen.t(
    'Not part of this repair (run oldhand fix again after it)',
    '不在本次修复内（修完后再次运行 oldhand fix）',
  )
  return [heading(pen, title), ...later.flatMap((cause) => causeLines(cause, pen))]
}

const commandOf = ({ on, run }: { readonly on: string; readonly run: readonly string[] }) => oneLine(typed(on, run))

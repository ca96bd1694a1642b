import type { Cell, Comparison, Isolated } from '../core/comparison.ts'
import type { Diagnosis } from '../core/diagnosis.ts'
import { say } from '../core/lang.ts'
import { oneLine } from './evidence.ts'
import { gapWords } from './experiments/as-the-vm.ts'
import { cellMarks, cellWords, labels, provenWords, scopeWords, surenessWords } from './labels.ts'
import { heading, type Pen } from './pen.ts'
import { elide, pad, widthOf, wrap } from './text.ts'

/** Who works and who does not, network by network and host by host, and which one variable that leaves. */
export function comparisonPart(d: Diagnosis, pen: Pen): readonly string[] {
  const { comparison } = d
  if (!comparison) return []
  return [
    ...wrap(`${pen.tell(labels.comparison)}${asked(comparison, pen)}  ${summary(comparison, pen)}`, pen.width, '').map(
      (l) => heading(pen, l),
    ),
    ...(comparison.cells.length > 1 ? matrix(comparison.cells, pen) : []),
    ...comparison.cells.filter((c) => isNews(c, pen)).flatMap((c) => about(c, pen)),
    ...(comparison.isolates ? openQuestion(comparison.isolates, comparison, pen) : []),
    ...comparison.contradictions.flatMap((s) =>
      wrap(`${pen.t('Contradiction: ', '矛盾：')}${oneLine(pen.tell(s))}`, pen.width, '  ').map(pen.paint.yellow),
    ),
    ...comparison.shifts.flatMap((s) => wrap(shifted(s, pen), pen.width, '  ')),
    ...(isHalfProven(comparison.cells) ? wrap(pen.tell(askThem), pen.width, '  ').map(pen.paint.dim) : []),
    ...(pen.verbose ? comparison.passedOver.flatMap((p) => wrap(passedOver(p, pen), pen.width, '  ')) : []),
  ]
}

function asked({ question, cells }: Comparison, pen: Pen): string {
  const notes = [
    ...(question === 'all' ? [] : [question.toUpperCase()]),
    ...(cells.some(isSettled) ? [pen.t('✔✔ ✖✖ proven by packets', '✔✔ ✖✖ 有报文验证')] : []),
  ]
  return notes.length === 0 ? '' : pen.t(` (${notes.join('; ')})`, `（${notes.join('；')}）`)
}

/** Its packets say what its mark says. */
const isSettled = ({ status, proven }: Cell) =>
  (proven?.is === 'works' && status === 'works') || (proven?.is === 'lost' && status === 'broken')

/** Packets were sent as the VM, and as nobody else. */
const isHalfProven = ([own, ...others]: readonly Cell[]) =>
  own?.proven !== undefined && others.length > 0 && others.every((c) => c.proven === undefined)
const askThem = say(
  'What is told of the others is what was read: --prove --compare sends packets as them too.',
  '其他虚拟机的状态只来自读取的信息：加上 --prove --compare 会同时以它们的身份发送报文。',
)

const markOf = (c: Cell) => cellMarks[c.status].repeat(isSettled(c) ? 2 : 1)

function summary({ cells, isolates, without }: Comparison, pen: Pen): string {
  const own = cells[0]
  if (without || !own) return without ? pen.tell(without) : ''
  if (own.status === 'works') return pen.t('the VM itself works', '该虚拟机自己是通的')
  if (!isolates) return pen.t('no other VM could be seen to work or to fail', '其他虚拟机是否正常都没有证据')
  const sentence = isolates.scope
    ? pen.tell(scopeWords[isolates.scope])
    : isolates.scopes.length > 0
      ? pen.t('one of: ', '以下之一：') + isolates.scopes.map((s) => pen.tell(scopeWords[s])).join(pen.t(', ', '、'))
      : pen.t('no single variable explains this', '没有哪个单一变量能解释')
  return own.status === 'broken' ? sentence : pen.t(`if it is broken: ${sentence}`, `如果它确实不通：${sentence}`)
}

function matrix(cells: readonly Cell[], pen: Pen): readonly string[] {
  const networks = new Map(cells.map((c) => [c.networkId, oneLine(c.network)]))
  const hosts = [...new Set(cells.map((c) => c.host))]
  const first = Math.max(...hosts.map((host) => widthOf(host))) + 2
  const room = Math.floor((pen.width - 2 - first) / networks.size) - 2
  const at = (host: string, network: string) => cells.filter((c) => c.host === host && c.networkId === network)
  const text = (list: readonly Cell[]) => elide(list.map((c) => `${markOf(c)} ${oneLine(c.vm)}`).join(' '), room)
  const columns = [...networks].map(([id, name]) => ({
    id,
    name: elide(name, room),
    width: Math.max(...[name, ...hosts.map((h) => text(at(h, id)))].map((s) => Math.min(room, widthOf(s)))) + 2,
  }))
  return [
    `  ${pad('', first)}${columns.map((c) => pad(c.name, c.width)).join('')}`,
    ...hosts.map(
      (host) => `  ${pad(host, first)}${columns.map((c) => pad(painted(text(at(host, c.id)), pen), c.width)).join('')}`,
    ),
  ]
}

const painted = (text: string, { paint }: Pen): string =>
  text
    .replaceAll(cellMarks.works, paint.green(cellMarks.works))
    .replaceAll(cellMarks.broken, paint.red(cellMarks.broken))
    .replaceAll(cellMarks.unknown, paint.yellow(cellMarks.unknown))

/** The matrix says it all of one that works. */
const isNews = (c: Cell, { verbose }: Pen) => c.kind !== 'this VM' && (verbose || c.status !== 'works')

function about(c: Cell, pen: Pen): readonly string[] {
  const state = pen.tell(isSettled(c) ? provenWords[c.status] : cellWords[c.status])
  const reason = c.cause
    ? pen.t(`${c.cause.id} on ${c.cause.host}`, `${c.cause.host}：${c.cause.id}`)
    : c.missing
      ? oneLine(pen.tell(c.missing))
      : ''
  const own = c.alike ? '' : pen.t(' (a failure of its own: no witness)', '（它自己的故障，不作为旁证）')
  const why = pen.verbose ? pen.t(` [${c.why.en}]`, ` [${c.why.zh}]`) : ''
  const where = c.proven?.gap ? `${pen.t('. ', '。')}${gapWords(c.proven.gap, pen)}${pen.t('.', '。')}` : ''
  const line = `${oneLine(c.vm)} ${state}${reason === '' ? '' : `${pen.colon}${reason}`}${own}${why}${where}`
  return [
    ...wrap(line, pen.width, '  '),
    ...(pen.verbose
      ? c.because.flatMap((e) => wrap(oneLine(`${e.host} ${e.command}: ${e.line}`), pen.width, '      '))
      : []),
  ].map(pen.paint.dim)
}

/** What the matrix alone leaves open, and why it could not be told. */
function openQuestion({ scopes, scope, settledBy }: Isolated, { cells }: Comparison, pen: Pen): readonly string[] {
  if (scopes.length < 2) return []
  const names = (list: Isolated['scopes']) => list.map((s) => pen.tell(scopeWords[s])).join(pen.t(', ', '、'))
  const settled =
    settledBy === 'cause' && scope
      ? [
          pen.t(
            `The cause decides; by these VMs alone it could also be: ${names(scopes.filter((s) => s !== scope))}.`,
            `由故障原因确定；仅凭这些虚拟机，也可能是：${names(scopes.filter((s) => s !== scope))}。`,
          ),
        ]
      : []
  const isMissing = !cells.some((c) => c.kind === 'same network and host' && c.status !== 'unknown')
  const own = cells[0]
  const lacking =
    isMissing && own && scopes.includes('port') && scopes.includes('network on host')
      ? [
          pen.t(
            `No other VM of ${own.network} on ${own.host} tells the port from the rest.`,
            `${own.host} 上没有 ${own.network} 的其他虚拟机可以把端口和其余因素区分开。`,
          ),
        ]
      : []
  return [...settled, ...lacking].flatMap((line) => wrap(oneLine(line), pen.width, '  ')).map(pen.paint.dim)
}

const shifted = ({ cause, from, to }: Comparison['shifts'][number], pen: Pen) =>
  pen.t(
    `${cause}: ${pen.tell(surenessWords[from])} before the comparison, ${pen.tell(surenessWords[to])} by it`,
    `${cause}：对比前为“${pen.tell(surenessWords[from])}”，对比后为“${pen.tell(surenessWords[to])}”`,
  )

const passedOver = ({ why, count, example }: Comparison['passedOver'][number], pen: Pen) =>
  pen.t(
    `not compared: ${count} (such as ${oneLine(example)}): ${pen.tell(why)}`,
    `未参与对比 ${count} 台（如 ${oneLine(example)}）：${pen.tell(why)}`,
  )

import type { Capture } from '../../capture/frame.ts'
import { oneLine } from '../evidence.ts'
import { penFor, type TerminalOptions } from '../pen.ts'
import { wrap } from '../text.ts'
import { frameRows } from './rows.ts'

/** A capture for people: what it is, then its frames in order of time. */
export function renderCapture({ frames, interfaces, problem }: Capture, options: TerminalOptions): string {
  const pen = penFor(options)
  const sorted = frames.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
  const named = interfaces.filter((name) => name !== '').map(oneLine)
  const seen = new Set(frames.map((frame) => frame.interface))
  const silent = named.filter((name) => !seen.has(name))
  return [
    pen.paint.bold(headLine(sorted, named.length, pen)),
    ...(silent.length > 0
      ? wrap(`${pen.t('nothing seen at', '没有抓到任何帧')}${pen.colon}${silent.join(', ')}`, pen.width, '  ')
      : []),
    ...frameRows(sorted, pen),
    ...(problem === undefined
      ? []
      : wrap(`${pen.t('Not whole', '不完整')}${pen.colon}${pen.tell(problem)}`, pen.width, '').map(pen.paint.yellow)),
  ].join('\n')
}

function headLine(frames: Capture['frames'], hops: number, pen: ReturnType<typeof penFor>): string {
  const [first, last] = [frames[0], frames.at(-1)]
  const seconds = first && last ? (Number(last.time - first.time) / 1e9).toFixed(3) : '0'
  const date = first ? `, ${new Date(Number(first.time / 1_000_000n)).toLocaleDateString('sv')}` : ''
  const where = hops > 0 ? pen.t(`, ${hops} interfaces`, `，${hops} 个接口`) : ''
  return pen.t(
    `${frames.length} frames in ${seconds} s${where}${date}`,
    `${frames.length} 帧，历时 ${seconds} 秒${where}${date.replace(', ', '，')}`,
  )
}

import type { Language } from '../core/lang.ts'
import { oneLine } from './evidence.ts'
import { pad, widthOf } from './text.ts'

/** What could be meant by an ambiguous name. */
export interface CandidateRow {
  readonly portId: string
  readonly portName: string
  readonly network: string
  readonly ips: readonly string[]
  readonly host?: string
}

export function renderCandidates(candidates: readonly CandidateRow[], lang: Language): string {
  const rows = candidates.map((c) =>
    [c.portId, c.portName || '-', c.network || '-', c.ips.join(',') || '-', c.host ?? '-'].map(oneLine),
  )
  const heads = lang === 'zh' ? ['端口', '名称', '网络', 'IP', '主机'] : ['port', 'name', 'network', 'IP', 'host']
  const widths = heads.map((head, i) => Math.max(widthOf(head), ...rows.map((row) => widthOf(row[i] ?? ''))))
  const line = (row: readonly string[]) => `  ${row.map((cell, i) => pad(cell, widths[i] ?? 0)).join('  ')}`.trimEnd()
  const title = lang === 'zh' ? '有多个匹配，请用端口 UUID 指定其中一个：' : 'Several match; name one by its port:'
  return [title, line(heads), ...rows.map(line)].join('\n')
}

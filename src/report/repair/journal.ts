import { typed } from '../../core/answer.ts'
import type { Entry } from '../../core/repair.ts'
import { oneLine } from '../evidence.ts'
import { heading, type Pen } from '../pen.ts'
import { wrap } from '../text.ts'
import { outcomeWords } from './ending.ts'

/** All that was ever done, oldest first, repair by repair. */
export function renderJournal(entries: readonly Entry[], pen: Pen): string {
  const ids = [...new Set(entries.map(({ repair }) => repair))]
  if (ids.length === 0) return pen.t('Nothing was ever repaired.', '还没有任何修复记录。')
  return ids
    .map((id) =>
      repairLines(
        entries.filter(({ repair }) => repair === id),
        pen,
      ).join('\n'),
    )
    .join('\n\n')
}

function repairLines(entries: readonly Entry[], pen: Pen): readonly string[] {
  return entries.flatMap((entry) => {
    const words = wordsOf(entry, pen)
    if (entry.event === 'planned') return [heading(pen, `${entry.repair}  ${timeOf(entry)}  ${whoOf(entry)}`), ...words]
    return words.map((line, i) => (i === 0 ? `  ${timeOf(entry).slice(11)}  ${line.trimStart()}` : `  ${line}`))
  })
}

function wordsOf(entry: Entry, pen: Pen): readonly string[] {
  const lines = (text: string) => wrap(oneLine(text), pen.width - 12, '          ')
  switch (entry.event) {
    case 'planned': {
      const { vm, host, causes } = entry.plan
      return wrap(oneLine(`${vm}  ${host ?? ''}  ${causes.map(({ id }) => id).join(', ')}`), pen.width, '  ')
    }
    case 'begun': {
      const verb = entry.doing === 'do' ? pen.t('runs', '执行') : pen.t('takes back', '撤销')
      return lines(`${verb}  ${typed(entry.on, entry.run)}`)
    }
    case 'ended':
      return lines(`${stepWords[entry.outcome][pen.lang]}${entry.words === '' ? '' : `  ${entry.words}`}`)
    case 'checked':
      return lines(`${pen.t('check', '复查')}  ${entry.cause}${pen.colon}${pen.tell(entry.says)}`)
    case 'proven':
      return lines(pen.tell(entry.says))
    case 'closed':
      return lines(`${pen.tell(outcomeWords[entry.outcome])}  ${pen.tell(entry.why)}`)
  }
}

const stepWords = {
  done: { en: 'done', zh: '完成' },
  failed: { en: 'failed', zh: '失败' },
  'not done': { en: 'changed nothing', zh: '没有生效' },
}
const timeOf = ({ at }: Entry) => at.slice(0, 19).replace('T', ' ')
const whoOf = ({ by }: Entry) => `${by.user}@${by.machine}${by.from === undefined ? '' : ` (${by.from})`}`

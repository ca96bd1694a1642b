import { say } from '../core/lang.ts'
import { RepairError } from './error.ts'
import type { Hands } from './hands.ts'
import { type Story, storyOf } from './journal/story.ts'

/** The repair as the journal has it at this moment. */
export function storyNow({ journal }: Pick<Hands, 'journal'>, id: string): Story {
  const story = storyOf(journal.entries, id)
  if (story) return story
  throw new RepairError(say(`The journal knows no repair ${id}.`, `日志中没有编号为 ${id} 的修复。`))
}

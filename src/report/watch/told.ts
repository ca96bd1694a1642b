import type { Answer } from '../../core/answer.ts'
import type { Say } from '../../core/lang.ts'
import type { Subject } from '../../core/subject.ts'
import type { Heard } from '../../watch/heard.ts'
import type { Story } from '../../watch/story.ts'

/** What a report of a watch tells. */
export interface Told {
  readonly subject: Subject
  readonly story: Story
  /** In order of time. */
  readonly heard: readonly Heard[]
  /** Places that were not heard, or not to the end. */
  readonly deaf: readonly Answer[]
  /** How long the guest's port was heard; absent where it was not. */
  readonly seconds?: number
  readonly limits: readonly Say[]
}

import type { Entry, Plan, RepairOutcome, Snapshot } from '../../core/repair.ts'

/** How far a step got. `unknown`: begun, and nobody saw the end. */
export type Progress = 'waiting' | 'unknown' | 'done' | 'failed' | 'undoing' | 'undone'

export interface StepStory {
  readonly progress: Progress
  /** What was there after it was done. */
  readonly after?: string
}

/** Begun, and not taken back. */
export const isStanding = (step: StepStory | undefined): step is StepStory =>
  step !== undefined && step.progress !== 'waiting' && step.progress !== 'undone'

/** What a journal tells of one repair. */
export interface Story {
  readonly id: string
  readonly plan: Plan
  readonly found: Snapshot
  readonly steps: readonly StepStory[]
  readonly outcome?: RepairOutcome
}

export function storyOf(entries: readonly Entry[], id: string): Story | undefined {
  let story: Story | undefined
  for (const entry of entries) if (entry.repair === id) story = told(story, entry)
  return story
}

/** All repairs, oldest first. */
export const storiesOf = (entries: readonly Entry[]): readonly Story[] =>
  [...new Set(entries.map(({ repair }) => repair))].flatMap((id) => storyOf(entries, id) ?? [])

/** One that has only been planned. */
export const storyBegun = (id: string, plan: Plan, found: Snapshot): Story => ({
  ...{ id, plan, found },
  steps: plan.steps.map(() => ({ progress: 'waiting' })),
})

function told(story: Story | undefined, entry: Entry): Story | undefined {
  if (entry.event === 'planned') return storyBegun(entry.repair, entry.plan, entry.found)
  if (!story) return undefined
  if (entry.event === 'closed') return { ...story, outcome: entry.outcome }
  if (entry.event === 'checked' || entry.event === 'proven') return story
  const { outcome: _, ...open } = story
  return { ...open, steps: story.steps.map((step, i) => (i === entry.step ? stepAfter(step, entry) : step)) }
}

function stepAfter(step: StepStory, entry: Extract<Entry, { event: 'begun' | 'ended' }>): StepStory {
  if (entry.event === 'begun') return { ...step, progress: entry.doing === 'do' ? 'unknown' : 'undoing' }
  const isUndo = entry.doing === 'undo'
  if (entry.outcome === 'done')
    return isUndo
      ? { progress: 'undone' }
      : { progress: 'done', ...(entry.now === undefined ? {} : { after: entry.now }) }
  if (isUndo) return { ...step, progress: 'done' }
  return { progress: entry.outcome === 'not done' ? 'waiting' : 'failed' }
}

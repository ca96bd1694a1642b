import type { Say } from '../core/lang.ts'

/** Why a repair does not begin, or does not go on, in the reader's language. */
export class RepairError extends Error {
  readonly say: Say
  constructor(say: Say) {
    super(say.en)
    this.say = say
  }
}

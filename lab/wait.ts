import { setTimeout as sleep } from 'node:timers/promises'
import { LabError, messageOf } from './failure.ts'
import { isInterrupted } from './interrupt.ts'

export interface Patience {
  readonly seconds: number
  readonly everyMs?: number
}

/** Asks until the answer is something, or says what it waited for; an error while asking counts as "not yet". */
export async function waitFor<T>(what: string, ask: () => Promise<T | undefined>, patience: Patience): Promise<T> {
  const deadline = Date.now() + patience.seconds * 1000
  let last = ''
  for (;;) {
    if (isInterrupted()) throw new LabError(`${what}: interrupted`)
    try {
      const answer = await ask()
      if (answer !== undefined) return answer
    } catch (error) {
      last = `: ${messageOf(error)}`
    }
    if (Date.now() > deadline) throw new LabError(`${what}: not within ${patience.seconds} s${last}`)
    await sleep(patience.everyMs ?? 250)
  }
}

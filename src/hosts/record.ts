import type { Answer } from '../core/answer.ts'
import type { Transport } from '../core/transport.ts'

/** Keeps every answer that passes. */
export function recording(transport: Transport): Transport & { readonly answers: () => readonly Answer[] } {
  const kept: Answer[] = []
  return {
    ask: async (asks) => {
      const answers = await transport.ask(asks)
      kept.push(...answers)
      return answers
    },
    close: transport.close,
    answers: () => kept,
  }
}

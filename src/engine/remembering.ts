import type { Answer } from '../core/answer.ts'
import { askKey, type Transport } from '../core/transport.ts'

/** No question is asked twice in one diagnosis: what found the subject is not asked again to judge it, not even at the same time. */
export function remembering(transport: Transport): Transport & { readonly answers: () => readonly Answer[] } {
  const known = new Map<string, Answer>()
  const pending = new Map<string, Promise<unknown>>()
  return {
    close: transport.close,
    answers: () => [...known.values()],
    ask: async (asks) => {
      const fresh = asks.filter((ask) => !pending.has(askKey(ask)))
      const told = fresh.length > 0 ? transport.ask(fresh) : Promise.resolve([])
      const noted = told.then((answers) => {
        for (const answer of answers) known.set(askKey(answer.ask), answer)
      })
      for (const ask of fresh) pending.set(askKey(ask), noted)
      await Promise.all(asks.flatMap((ask) => pending.get(askKey(ask)) ?? []))
      return asks.flatMap((ask) => known.get(askKey(ask)) ?? [])
    },
  }
}

import type { Language } from '../../core/lang.ts'
import type { Pings } from '../../core/pings.ts'
import type { Parsed } from '../../core/probe.ts'
import { evidenceJson } from '../evidence.ts'
import type { PingsJson } from './schema.ts'

export function pingsJson(pings: Parsed<Pings>, lang: Language): PingsJson {
  if (!pings.ok) return { why: pings.problem[lang] }
  const { roundTrip, source, ...counts } = pings.fact
  return {
    ...counts,
    ...(roundTrip === undefined ? {} : { roundTripUs: roundTrip }),
    because: evidenceJson([source]),
  }
}

import type { Failure } from '../core/failure.ts'
import { type Say, say } from '../core/lang.ts'
import type { Subject } from '../core/subject.ts'
import type { Transport } from '../core/transport.ts'
import { type Candidate, candidatesOf } from './candidates.ts'
import { type Lookup, lookUp } from './lookup.ts'
import { subjectOf } from './subject-of.ts'
import { meanings } from './words.ts'

export type { Candidate } from './candidates.ts'

export type Resolution =
  | { readonly kind: 'subject'; readonly subject: Subject }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'none'; readonly tried: Say }
  | { readonly kind: 'failed'; readonly say: Say; readonly failure: Failure }

/**
 * Finds the port that an operator means by a server's or port's UUID or name, an IP, floating IP or MAC address, or the
 * beginning of a port's UUID. Asks nothing but the API, so that a recorded cloud answers as well. Never rejects.
 */
export async function resolveSubject(asked: string, transport: Transport): Promise<Resolution> {
  const lookups: Lookup[] = []
  for (const word of meanings(asked)) {
    const lookup = await lookUp(word, transport)
    const [port, ...others] = lookup.ports
    if (port !== undefined && others.length === 0)
      return { kind: 'subject', subject: await subjectOf(asked, port, transport) }
    if (port !== undefined) return { kind: 'ambiguous', candidates: await candidatesOf(lookup.ports, transport) }
    const [refusal] = lookup.refusals
    if (refusal !== undefined) return { kind: 'failed', say: refusal.say, failure: refusal.failure }
    lookups.push(lookup)
  }
  return { kind: 'none', tried: nothingFound(asked, lookups) }
}

function nothingFound(asked: string, lookups: readonly Lookup[]): Say {
  const notes = lookups.flatMap((lookup) => lookup.notes)
  const list = (language: keyof Say, joint: string) =>
    [...new Set(notes.map((note) => note[language]))].map((note) => joint + note).join('')
  return say(
    `No VM's port has the name, UUID, IP or MAC address "${asked}"${list('en', '; ')}. Look it up: openstack port list`,
    `没有任何虚拟机端口的名称、UUID、IP 或 MAC 是 "${asked}"${list('zh', '；')}。可以用 openstack port list 查一下`,
  )
}

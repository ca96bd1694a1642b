import type { API, Ask } from '../../core/answer.ts'
import type { Say } from '../../core/lang.ts'
import type { Parsed } from '../../core/probe.ts'

/** What reads the state that an operation changes. */
export type Look = Omit<Ask, 'host'> & { readonly host?: typeof API }

/** A change that a request to Neutron makes, and no command on a host. `body` is sent as JSON. */
export interface ApiChange {
  readonly on: typeof API
  readonly method: 'PUT' | 'POST' | 'DELETE'
  readonly path: string
  readonly body?: unknown
}

/**
 * One kind of change that a repair may make, bound to its words. Only what the catalogue knows is ever run: for each it
 * can tell what is there, whether it happened, and what takes it back.
 */
export interface Operation {
  readonly touches: Say
  readonly looks: readonly Look[]
  /** What is there, in a text that is the same as long as nothing changed that matters to this operation. */
  readonly state: (outputs: readonly string[]) => Parsed<string>
  /** Whether it has happened: how a step is judged whose end nobody saw. */
  readonly isDone: (now: string, before: string) => boolean
  /** Absent where there is nothing to take back. */
  readonly undo: (before: string) => readonly string[] | undefined
  /** Why it must not be done with this state. */
  readonly forbids?: (before: string) => Say | undefined
  /** What is there afterwards, where the words do not tell it. */
  readonly becomes?: (before: string) => string
  /** Asked of the API until it can be told: what must be there before the operation is of any use. */
  readonly needs?: Pick<Operation, 'looks' | 'state'>
  /** The state afterwards, where that is the same whatever was there before. */
  readonly makes?: string
  /** What is run where the words are only those that a person would type; absent where they are run as they are. */
  readonly argv?: (before: string) => readonly string[]
  /** What an `openstack` command stands for; Oldhand needs no such program. Absent for what a host runs. */
  readonly change?: ApiChange
}

/** Recognises its own commands, whole: a word more and it is not one of them. */
export type Kind = (run: readonly string[]) => Operation | undefined

import type { Evidence } from './answer.ts'
import type { Heading, Leg, Station } from './hop.ts'
import { type Say, say } from './lang.ts'

/** Words, not percentages: nobody can defend 0.83, and these three are enough to rank by. */
export const surenesses = ['possible', 'likely', 'certain'] as const
export type Sureness = (typeof surenesses)[number]

export interface Found<D> {
  readonly is: 'found'
  readonly detail: D
  readonly sure: Sureness
  /** False: a defect that is there, while this VM's packets still pass (a warning). */
  readonly breaks: boolean
  readonly because: readonly Evidence[]
  /** What this very case stops, where that is less than its cause can. */
  readonly stops?: Part
}
/** A part of what passes a station, or another station than the cause's usual one. */
export interface Part {
  readonly station?: Station
  readonly heading?: Heading
  readonly conversations?: readonly Leg['conversation'][]
}
export interface RuledOut {
  readonly is: 'ruled out'
  readonly because: readonly Evidence[]
}
export interface Unknown {
  readonly is: 'unknown'
  readonly missing: Say
  /** Nothing hints at it, and only an experiment could exclude it: no hop is in doubt for that. */
  readonly quiet?: true
}
export type Verdict<D> = Found<D> | RuledOut | Unknown

export const found = <D>(detail: D, sure: Sureness, ...because: readonly Evidence[]): Found<D> => ({
  is: 'found',
  detail,
  sure,
  breaks: true,
  because,
})
/** A defect that does not break this VM (yet). */
export const warning = <D>(detail: D, sure: Sureness, ...because: readonly Evidence[]): Found<D> => ({
  ...found(detail, sure, ...because),
  breaks: false,
})
export const stopping = <D>(stops: Part, verdict: Found<D>): Found<D> => ({ ...verdict, stops })
export const ruledOut = (...because: readonly Evidence[]): RuledOut => ({ is: 'ruled out', because })
/** From a fact's problem, or in words of one's own. */
export function unknown(missing: Say): Unknown
export function unknown(en: string, zh: string): Unknown
export function unknown(missing: Say | string, zh?: string): Unknown {
  return { is: 'unknown', missing: typeof missing === 'string' ? say(missing, zh ?? missing) : missing }
}

export const quietly = (verdict: Unknown): Unknown => ({ ...verdict, quiet: true })

/** A cause that is at least likely, and by which this VM's packets do not pass. */
export const stopsPackets = (verdict: Verdict<unknown>): verdict is Found<unknown> =>
  verdict.is === 'found' && verdict.breaks && verdict.sure !== 'possible'

import { API, type Answer, type Ask } from './answer.ts'
import { type Say, say } from './lang.ts'
import type { Role, Subject } from './subject.ts'

/** Why there is no fact, in one line. */
export interface Problem {
  readonly ok: false
  readonly problem: Say
}
/** A fact, or the reason why there is none. */
export type Parsed<T> = { readonly ok: true; readonly fact: T } | Problem

export const fact = <T>(value: T): Parsed<T> => ({ ok: true, fact: value })
/** `zh` is left out where the text is somebody else's words. */
export const problem = (en: string, zh: string = en): Problem => ({ ok: false, problem: say(en, zh) })

/** Commands and the parser of what they print. One file each; run once for each host. */
export interface Probe<T, P extends Needs = Needs> {
  readonly kind: 'probe'
  readonly id: string
  /** `cloud` asks the API once; `host` asks each host of the subject. */
  readonly at: 'host' | 'cloud'
  /** Facts of the same host that decide what to ask: they are collected in an earlier round. */
  readonly after: P
  readonly asks: (context: Context<P>) => readonly Ask[]
  /** Total: any bytes in, a fact or a problem out. Answers come in the order of `asks`. */
  readonly parse: (answers: readonly Answer[], context: Context<P>) => Parsed<T>
}

/** A fact computed from other facts of the same host; reads nothing itself. */
export interface Derived<T, N extends Needs = Needs> {
  readonly kind: 'derived'
  readonly id: string
  readonly needs: N
  readonly derive: (facts: Facts<N>, context: Place) => Parsed<T>
}

/** Fine if it could not be had: the check sees why. */
export interface Maybe<T> {
  readonly kind: 'maybe'
  readonly id: string
  readonly need: Need<T>
}

/** The same fact of every host that plays a role, whatever host is being judged. */
export interface Every<T> {
  readonly kind: 'every'
  readonly id: string
  readonly role: Role
  readonly need: Need<T>
}

// `any` in this file alone: a probe is contravariant in its own facts, and a list of needs has to hold them all.
export type Need<T> = Probe<T, any> | Derived<T, any>
export interface AtHost<T> {
  readonly host: string
  readonly fact: Parsed<T>
}

export type AnyNeed = Probe<any, any> | Derived<any, any> | Maybe<any> | Every<any>
export type Needs = Readonly<Record<string, AnyNeed>>
export type FactOf<N> =
  N extends Maybe<infer T>
    ? Parsed<T>
    : N extends Every<infer T>
      ? readonly AtHost<T>[]
      : N extends Probe<infer T, infer _P>
        ? T
        : N extends Derived<infer T, infer _N>
          ? T
          : never
export type Facts<N extends Needs> = { readonly [K in keyof N]: FactOf<N[K]> }

export interface Place {
  readonly subject: Subject
  readonly host: string
}
export interface Context<P extends Needs> extends Place {
  readonly prior: Facts<P>
}

type HostProbe<T, P extends Needs> = Omit<Probe<T, P>, 'kind' | 'at' | 'after'> & { readonly after?: P }

export const hostProbe = <T, P extends Needs = Record<never, never>>(probe: HostProbe<T, P>): Probe<T, P> => ({
  kind: 'probe',
  at: 'host',
  ...probe,
  after: probe.after ?? ({} as P),
})
export const cloudProbe = <T, P extends Needs = Record<never, never>>(probe: HostProbe<T, P>): Probe<T, P> => ({
  kind: 'probe',
  at: 'cloud',
  ...probe,
  after: probe.after ?? ({} as P),
})
export const derived = <T, N extends Needs>(d: Omit<Derived<T, N>, 'kind'>): Derived<T, N> => ({
  kind: 'derived',
  ...d,
})
export const maybe = <T>(need: Need<T>): Maybe<T> => ({ kind: 'maybe', id: need.id, need })
export const every = <T>(role: Role, need: Need<T>): Every<T> => ({ kind: 'every', id: need.id, role, need })

/** An API request as a question. */
export const get = (service: string, path: string): Ask => ({ host: API, argv: ['GET', service, path] })

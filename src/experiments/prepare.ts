import type { Answer } from '../core/answer.ts'
import type { Experiment, Plan, PlannedExperiment } from '../core/experiment.ts'
import { type Say, say } from '../core/lang.ts'
import type { AnyNeed, Parsed } from '../core/probe.ts'
import type { Bench } from '../core/transport.ts'
import { designNeeds, designOf } from './as-vm/design.ts'
import { perform } from './as-vm/perform.ts'
import type { About } from './as-vm/places.ts'
import { planOf } from './as-vm/plan.ts'
import * as underlay from './underlay/design.ts'
import { perform as tryUnderlay } from './underlay/perform.ts'
import { planOf as planOfUnderlay } from './underlay/plan.ts'

/** What an experiment did, what was seen of it, and every answer that this rests on. */
export interface Performed {
  readonly result: Experiment
  /** The fact that its result is from now on. */
  readonly states: AnyNeed
  readonly answers: readonly Answer[]
}
/** An experiment that has been thought out and not begun. */
interface Prepared {
  readonly plan: PlannedExperiment
  /** It disturbs no other, and is made at the same time. */
  readonly beside?: true
  readonly perform: (bench: Bench) => Promise<Performed>
}
/** All experiments of a run: what they will do, and the doing. */
export interface Proof {
  readonly plan: Plan
  readonly perform: (bench: Bench) => Promise<readonly Performed[]>
}

/** Facts that decide what is sent, and where it is watched. */
export const experimentNeeds: readonly AnyNeed[] = [designNeeds, underlay.designNeeds].flatMap((needs) =>
  Object.values<AnyNeed>(needs),
)

/** Every experiment (nothing where it cannot matter), in the order in which they are made: one after another, so that they do not disturb each other. */
const experiments: readonly ((run: string, about: About) => Parsed<Prepared> | undefined)[] = [asTheVm, theUnderlay]

export function prepare(run: string, about: About): Proof {
  const all = experiments.flatMap((experiment) => experiment(run, about) ?? [])
  const ready = all.flatMap((e) => (e.ok ? [e.fact] : []))
  return {
    plan: {
      run,
      experiments: ready.map((e) => e.plan),
      cannot: all.flatMap((e) => (e.ok ? [] : [e.problem])),
    },
    perform: async (bench) => {
      const beside = Promise.all(ready.filter((e) => e.beside).map((e) => e.perform(bench)))
      const done: Performed[] = []
      for (const experiment of ready.filter((e) => !e.beside)) done.push(await experiment.perform(bench))
      return [...done, ...(await beside)]
    },
  }
}

function asTheVm(run: string, about: About): Parsed<Prepared> {
  const design = designOf(run, about)
  if (!design.ok) return { ok: false, problem: cannotSend(design.problem) }
  return { ok: true, fact: { plan: planOf(design.fact), perform: (bench) => perform(design.fact, bench) } }
}

function theUnderlay(run: string, about: About): Parsed<Prepared> | undefined {
  const design = underlay.designOf(run, about)
  if (!design?.ok) return design && { ok: false, problem: cannotTry(design.problem) }
  return {
    ok: true,
    fact: { plan: planOfUnderlay(design.fact), beside: true, perform: (bench) => tryUnderlay(design.fact, bench) },
  }
}

const cannotTry = (why: Say): Say =>
  say(`the network under the tunnels cannot be tried: ${why.en}`, `无法测试隧道的承载网络：${why.zh}`)

const cannotSend = (why: Say): Say =>
  say(`no packet can be sent as the VM: ${why.en}`, `无法以虚拟机身份发送报文：${why.zh}`)

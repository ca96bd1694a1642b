import type { Answer } from './core/answer.ts'
import type { SwitchWays } from './core/ask-the-switch.ts'
import type { AsTheVm, Experiment, Plan } from './core/experiment.ts'
import { type Say, say } from './core/lang.ts'
import type { AnyNeed, FactOf, Parsed } from './core/probe.ts'
import type { Bench, Transport } from './core/transport.ts'
import type { Collected } from './engine/collect.ts'
import { prepare } from './experiments/prepare.ts'
import { outOfScope } from './scope.ts'

/** What makes a diagnosis send packets, and not only read. */
export interface Proving {
  readonly bench: Bench
  /** Eight hexadecimal digits. */
  readonly run: string
  readonly ways?: SwitchWays
  /** Shows the plan, and asks whether to carry it out. */
  readonly agree: (plan: Plan) => Promise<'yes' | 'no' | 'only the plan'>
}

export interface Proven {
  readonly experiments: readonly Experiment[]
  readonly answers: readonly Answer[]
  /** What could not be proven, and why. */
  readonly unproven: readonly Say[]
}
export const nothingProven: Proven = { experiments: [], answers: [], unproven: [] }

/** What a recording has proven is shown again. */
export const provenThen = ({ proof }: Transport): Proving | undefined => proof && { ...proof, agree: async () => 'yes' }

/**
 * Makes the experiments that the operator agrees to; what they show becomes a fact like all others. `others`: VMs as
 * which packets are sent too.
 */
export async function prove(
  own: Collected,
  others: readonly Collected[],
  proving: Proving,
): Promise<Proven | { readonly plan: Plan }> {
  const about = aboutOf(own)
  if (outOfScope(about.subject, about.read)) return nothingProven
  const proof = prepare(proving.run, about, proving.ways, others.map(aboutOf))
  const agreed = await proving.agree(proof.plan)
  if (agreed === 'only the plan') return { plan: proof.plan }
  if (agreed === 'no')
    return { ...nothingProven, unproven: [say('nothing was sent: you did not agree', '没有发送报文：你没有同意')] }
  const done = await proof.perform(proving.bench)
  for (const { states, result } of done) if (states) own.facts.give(states, result)
  return {
    experiments: done.map(({ result }) => result),
    answers: done.flatMap((d) => d.answers),
    unproven: proof.plan.cannot,
  }
}

const aboutOf = ({ subject, facts }: Collected) => ({
  subject,
  read: <N extends AnyNeed>(need: N, host: string) => facts.read(need, host) as Parsed<FactOf<N>>,
})

/** What packets sent as another VM have shown. */
export const shownAs = (port: string, { experiments }: Proven): AsTheVm | undefined =>
  experiments.flatMap((e) => (e.id === 'as-siblings' ? e.vms : [])).find((vm) => vm.port === port)?.shown

import type { Answer } from '../core/answer.ts'
import type { Experiment, Plan, PlannedExperiment } from '../core/experiment.ts'
import { type Say, say } from '../core/lang.ts'
import type { AnyNeed, Parsed } from '../core/probe.ts'
import type { Bench } from '../core/transport.ts'
import { type SwitchWays, usualWays } from '../core/ask-the-switch.ts'
import { switchDesignOf, switchNeeds } from './ask-the-switch/design.ts'
import { askSwitch, isAnswered } from './ask-the-switch/perform.ts'
import { switchPlanOf } from './ask-the-switch/plan.ts'
import { siblingsOf } from './as-siblings/design.ts'
import { perform as sendAsSiblings } from './as-siblings/perform.ts'
import { planOf as planOfSiblings } from './as-siblings/plan.ts'
import { designNeeds, designOf } from './as-vm/design.ts'
import { perform } from './as-vm/perform.ts'
import type { About } from './as-vm/places.ts'
import { planOf } from './as-vm/plan.ts'
import type { Means } from './captures.ts'
import { endingOf } from './ending.ts'
import * as inside from './from-the-dhcp-namespace/design.ts'
import { perform as tryInside } from './from-the-dhcp-namespace/perform.ts'
import { planOf as planOfInside } from './from-the-dhcp-namespace/plan.ts'
import * as underlay from './underlay/design.ts'
import { perform as tryUnderlay } from './underlay/perform.ts'
import { planOf as planOfUnderlay } from './underlay/plan.ts'

/** What an experiment did, what was seen of it, and every answer that this rests on. */
export interface Performed {
  readonly result: Experiment
  /** The fact of the VM that its result is from now on. Absent where it tells of other VMs. */
  readonly states?: AnyNeed
  readonly answers: readonly Answer[]
}
/** An experiment that has been thought out and not begun. */
interface Prepared {
  readonly plan: PlannedExperiment
  /** It is made when the others are over, by what they have shown. */
  readonly afterwards?: true
  /** Nothing where what the experiments before it have shown leaves no question. */
  readonly perform: (means: Means, before: readonly Experiment[]) => Promise<Performed | undefined>
}
/** All experiments of a run: what they will do, and the doing. */
export interface Proof {
  readonly plan: Plan
  readonly perform: (bench: Bench) => Promise<readonly Performed[]>
}

/** Facts that decide what is sent, and where it is watched. */
export const experimentNeeds: readonly AnyNeed[] = Object.values<AnyNeed>({
  ...designNeeds,
  ...switchNeeds,
  ...underlay.designNeeds,
  ...inside.designNeeds,
})

/** What does not concern this VM is left out. `others`: VMs as which packets are sent too, to compare it with. */
export function prepare(run: string, about: About, ways: SwitchWays = usualWays, others: readonly About[] = []): Proof {
  const all = [
    ...experiments.flatMap((experiment) => experiment(run, about, ways) ?? []),
    ...(others.length > 0 ? asSiblings(run, others) : []),
  ]
  const ready = all.flatMap((e) => (e.ok ? [e.fact] : []))
  return {
    plan: {
      run,
      experiments: ready.map((e) => e.plan),
      cannot: all.flatMap((e) => (e.ok ? [] : [e.problem])),
    },
    perform: async (bench) => {
      const first = await atOnce(
        ready.filter((e) => !e.afterwards),
        { bench, ending: endingOf(run, bench) },
      )
      const second = await atOnce(
        ready.filter((e) => e.afterwards),
        { bench, ending: endingOf(run, bench) },
        first.map(({ result }) => result),
      )
      return [...first, ...second]
    },
  }
}

async function atOnce(
  experiments: readonly Prepared[],
  means: Means,
  before: readonly Experiment[] = [],
): Promise<readonly Performed[]> {
  const performed = await Promise.all(experiments.map((e) => e.perform(means, before)))
  await means.ending.told()
  return performed.flatMap((p) => p ?? [])
}

/** Where it concerns this VM: the experiment, or why it cannot be made. */
function prepared<D>(
  design: Parsed<D> | undefined,
  cannot: (why: Say) => Say,
  made: (design: D) => Prepared,
): Parsed<Prepared> | undefined {
  if (!design) return undefined
  return design.ok ? { ok: true, fact: made(design.fact) } : { ok: false, problem: cannot(design.problem) }
}

const asTheVm = (run: string, about: About) =>
  prepared(designOf(run, about), cannotSend, (design) => ({
    plan: planOf(design),
    perform: (means) => perform(design, means),
  }))

function asSiblings(run: string, others: readonly About[]): readonly Parsed<Prepared>[] {
  const { designs, cannot } = siblingsOf(run, others)
  const refused = cannot.map((why) => ({ ok: false as const, problem: why }))
  if (designs.length === 0) return refused
  const perform = (means: Means) => sendAsSiblings(run, designs, means)
  return [{ ok: true, fact: { plan: planOfSiblings(designs), perform } }, ...refused]
}

const theUnderlay = (run: string, about: About) =>
  prepared(underlay.designOf(run, about), cannotTry, (design) => ({
    plan: planOfUnderlay(design),
    perform: (means) => tryUnderlay(design, means),
  }))

const fromTheDhcpNamespace = (run: string, about: About) =>
  prepared(inside.designOf(run, about), cannotEnter, (design) => ({
    plan: planOfInside(design),
    perform: (means) => tryInside(design, means),
  }))

const cannotEnter = (why: Say): Say =>
  say(`nothing can be sent from the DHCP namespace: ${why.en}`, `无法从 DHCP namespace 发送报文：${why.zh}`)

const cannotTry = (why: Say): Say =>
  say(`the network under the tunnels cannot be tried: ${why.en}`, `无法测试隧道的承载网络：${why.zh}`)

const cannotSend = (why: Say): Say =>
  say(`no packet can be sent as the VM: ${why.en}`, `无法以虚拟机身份发送报文：${why.zh}`)

const askTheSwitch = (run: string, about: About, ways: SwitchWays) =>
  prepared(switchDesignOf(run, about, ways), cannotAsk, (design) => ({
    plan: switchPlanOf(design),
    afterwards: true,
    perform: async (means, before) => (isAnswered(before, design) ? undefined : askSwitch(design, means)),
  }))

const cannotAsk = (why: Say): Say => say(`the switch cannot be asked: ${why.en}`, `无法探测交换机：${why.zh}`)

/** Every experiment, in the order in which they are planned. */
const experiments: readonly ((run: string, about: About, ways: SwitchWays) => Parsed<Prepared> | undefined)[] = [
  asTheVm,
  askTheSwitch,
  theUnderlay,
  fromTheDhcpNamespace,
]

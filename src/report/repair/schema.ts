import { z } from 'zod'
import type { Language } from '../../core/lang.ts'
import {
  type Instruction,
  type Plan,
  type PlannedCause,
  repairOutcomes,
  type RepairStep,
  type Snapshot,
} from '../../core/repair.ts'
import { risks } from '../../core/step.ts'
import { surenesses } from '../../core/verdict.ts'

/** `oldhand fix --json`, schema `oldhand/fix-plan@1`. */

const verdict = z.enum(['broken', 'healthy', 'undetermined'])
const cause = z.strictObject({
  id: z.string(),
  host: z.string(),
  sureness: z.enum(surenesses),
  title: z.string(),
  says: z.string(),
  evidence: z.array(z.string()).describe('`host: command: line`'),
})
const step = {
  host: z.string(),
  command: z.array(z.string()).describe('argv; no shell is involved'),
  why: z.string(),
  risk: z.enum(risks),
  causes: z
    .array(z.string())
    .describe(
      'ids; their checks are run again on fresh facts after the step; none where a later step of the same way is checked',
    ),
  touches: z.string(),
  before: z.string().describe('what is there now; if it is another when the step is to run, nothing is done'),
  undo: z.array(z.string()).nullable().describe('argv; null where there is nothing to take back'),
}
const snapshot = z.strictObject({ verdict, causes: z.array(z.string()).describe('`id on host`') })

export const fixPlanSchema = z
  .strictObject({
    schema: z.literal('oldhand/fix-plan@1'),
    id: z.string().describe('of the repair, in the journal'),
    vm: z.string(),
    port: z.string(),
    verdict,
    host: z.string().nullable().describe('the one host that this repair touches'),
    causes: z.array(cause),
    steps: z.array(z.strictObject(step)),
    alternatives: z.array(z.strictObject({ ...step, notTaken: z.string() })),
    instructions: z
      .array(z.strictObject({ on: z.string(), what: z.string(), command: z.array(z.string()).nullable() }))
      .describe('what only a person can do'),
    proves: z.boolean().describe('whether packets are sent as the VM at the end, and must be answered'),
    later: z.array(cause).describe('found, and not part of this repair'),
    result: z
      .strictObject({ outcome: z.enum(repairOutcomes), why: z.string(), before: snapshot, after: snapshot })
      .nullable()
      .describe('null where the plan was not carried out'),
  })
  .describe('What `oldhand fix --json` prints.')

export type FixPlanJson = z.infer<typeof fixPlanSchema>

export const fixPlanToJson = (plan: Plan, lang: Language, result: FixPlanJson['result']): FixPlanJson => ({
  ...{ schema: 'oldhand/fix-plan@1', id: plan.id, vm: plan.vm, port: plan.port, verdict: plan.verdict },
  host: plan.host ?? null,
  causes: plan.causes.map((each) => causeJson(each, lang)),
  steps: plan.steps.map((each) => stepJson(each, lang)),
  alternatives: plan.alternatives.map((each) => ({ ...stepJson(each, lang), notTaken: each.notTaken[lang] })),
  instructions: plan.instructions.map((each) => instructionJson(each, lang)),
  proves: plan.proves,
  later: plan.later.map((each) => causeJson(each, lang)),
  result,
})

export const snapshotJson = ({ verdict: is, causes }: Snapshot) => ({ verdict: is, causes: [...causes] })

const causeJson = ({ id, host, sure, title, says, evidence }: PlannedCause, lang: Language) => ({
  ...{ id, host, sureness: sure, title: title[lang], says: says[lang], evidence: [...evidence] },
})
const stepJson = (s: RepairStep, lang: Language) => ({
  ...{ host: s.on, command: [...s.run], why: s.say[lang], risk: s.risk, causes: [...s.causes] },
  ...{ touches: s.touches[lang], before: s.before, undo: s.undo ? [...s.undo] : null },
})
const instructionJson = ({ on, say, run }: Instruction, lang: Language) => ({
  ...{ on, what: say[lang], command: run ? [...run] : null },
})

/** The JSON Schema that ships with the package. */
export const fixPlanJsonSchema = (): unknown => z.toJSONSchema(fixPlanSchema)

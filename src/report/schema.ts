import { z } from 'zod'
import { scopes } from '../core/cause.ts'
import { cellStatuses, kinds, proofs, questions } from '../core/comparison.ts'
import { conversations, hopStatuses, stations } from '../core/hop.ts'
import { surenesses } from '../core/verdict.ts'
import { evidence } from './evidence-schema.ts'
import { experiment, gap } from './experiments/schema.ts'

/** `oldhand diagnose --json`, schema `oldhand/diagnosis@1`. */

const cause = z.strictObject({
  id: z.string(),
  sureness: z.enum(surenesses),
  host: z.string().describe('`api` for what is wrong in Neutron itself'),
  title: z.string(),
  says: z.string().describe('this case, with its names and numbers'),
  because: z.array(evidence),
  fix: z.array(z.string()).describe('what to do, best first; with the command where a command does it'),
  explainedBy: z.string().nullable().describe('id of the found cause that brings this one about'),
})
const hop = z.strictObject({
  name: z.enum(stations),
  host: z.string(),
  status: z.enum(hopStatuses),
  because: z.array(evidence),
})

const cell = z.strictObject({
  vm: z.string(),
  port: z.string().describe("UUID of Neutron's port"),
  network: z.string(),
  networkId: z.string(),
  host: z.string(),
  kind: z.enum(kinds).describe('what it has in common with the VM'),
  sameGroups: z.boolean().describe('it has just the security groups of the VM'),
  why: z.string().describe('why this VM of all'),
  status: z.enum(cellStatuses).describe('by the same checks as a diagnosis of its own; `unknown` is never `works`'),
  cause: z.strictObject({ id: z.string(), host: z.string() }).nullable().describe('of one that is broken'),
  alike: z.boolean().describe('false where it is broken by what the VM does not have: no witness'),
  missing: z.string().nullable().describe('of one that is unknown: what nobody could see'),
  because: z.array(evidence),
  proven: z
    .strictObject({
      is: z.enum(proofs),
      lost: gap.nullable().describe('where its packets vanish'),
      passively: z.enum(cellStatuses).nullable().describe('its status by what was read alone; null for the VM itself'),
    })
    .nullable()
    .describe('by packets sent as it (`--prove --compare`); null where none were'),
})
const comparison = z
  .strictObject({
    question: z.enum(questions).describe('what the VM fails at, and what others count as working by'),
    cells: z.array(cell).describe('the matrix network × host, one VM a cell, the VM itself first'),
    isolates: z
      .strictObject({
        scope: z.enum(scopes).nullable().describe('whom the failure hits, where one is left'),
        settledBy: z
          .enum(['comparison', 'cause'])
          .nullable()
          .describe('`cause`: the matrix leaves several scopes, of which the found cause can have one'),
        scopes: z.array(z.enum(scopes)).describe('all that fit the matrix; none where no single one does'),
      })
      .nullable()
      .describe('null where the VM works, or nobody could be compared'),
    contradictions: z.array(z.string()),
    shifts: z
      .array(z.strictObject({ cause: z.string(), host: z.string(), from: z.enum(surenesses), to: z.enum(surenesses) }))
      .describe('causes whose sureness the comparison has changed'),
    passedOver: z
      .array(z.strictObject({ why: z.string(), count: z.number().int(), example: z.string() }))
      .describe('VMs near it that were not compared'),
    without: z.string().nullable().describe('why there is nobody to compare with'),
  })
  .describe('with other VMs, where one was made')

const networkTeam = z
  .strictObject({
    vlan: z.number().int().nullable().describe('null: untagged'),
    ports: z.array(
      z.strictObject({
        host: z.string(),
        nic: z.string(),
        mac: z.string().nullable(),
        neighbour: z.string().nullable().describe('switch and port by LLDP, where lldpd runs'),
        suspect: z.boolean().describe('it is most likely this one'),
      }),
    ),
    sent: z.array(z.string()),
    seen: z.array(z.string()),
    notSeen: z.array(z.string()),
  })
  .describe(
    'where the physical network is at fault and was asked (`--prove`): the switch ports, and the proof to attach',
  )

export const diagnosisSchema = z
  .strictObject({
    schema: z.literal('oldhand/diagnosis@1'),
    verdict: z.enum(['broken', 'healthy', 'undetermined']),
    subject: z.strictObject({
      asked: z.string(),
      port: z.string().describe("UUID of Neutron's port"),
      name: z.string(),
      host: z.string().nullable().describe('binding:host_id'),
      mac: z.string(),
      ips: z.array(z.string()),
      network: z.string(),
      networkId: z.string(),
      segmentType: z.string().nullable(),
      physicalNetwork: z.string().nullable(),
      segmentationId: z.number().int().nullable(),
    }),
    causes: z.array(cause).describe('ranked: the first is what to repair'),
    warnings: z.array(cause).describe('defects that do not break this VM'),
    ruledOut: z.array(z.string()).describe('ids of causes that are excluded wherever they were judged'),
    unknown: z.array(z.strictObject({ id: z.string(), host: z.string(), missing: z.string() })),
    journey: z.array(
      z.strictObject({
        conversation: z.enum(conversations),
        direction: z.enum(['request', 'reply']),
        hops: z.array(hop),
      }),
    ),
    comparison: comparison.optional(),
    experiments: z.array(experiment).describe('what packets that were sent have shown (`--prove`)'),
    networkTeam: networkTeam.optional(),
    changes: z
      .array(z.strictObject({ at: z.iso.datetime(), host: z.string(), what: z.string(), because: evidence }))
      .describe('newest first'),
    unread: z.array(z.strictObject({ host: z.string(), command: z.string(), reason: z.string() })),
    limits: z.array(z.string()).describe('what could not be known because of how the VM was found'),
    toSettle: z.array(z.string()).describe('what would settle an undetermined verdict'),
    recordedAt: z.iso.datetime().optional().describe('of a bundle: when its answers were given'),
    tookMs: z.number().int(),
  })
  .describe('What `oldhand diagnose --json` prints.')

export type DiagnosisJson = z.infer<typeof diagnosisSchema>

/** The JSON Schema that ships with the package. */
export const diagnosisJsonSchema = (): unknown => z.toJSONSchema(diagnosisSchema)

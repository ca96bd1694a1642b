import { z } from 'zod'
import type { Traced } from '../../core/traced.ts'

/** `oldhand trace --json`, schema `oldhand/trace@1`. */

const flow = {
  host: z.string().optional().describe('the host that the dump is of, where it is known'),
  bridge: z.string(),
  table: z
    .union([z.number().int(), z.string()])
    .describe("number of the OpenFlow table; on the bridge of a hybrid firewall the name of iptables' table"),
  chain: z.string().optional().describe('of a rule of iptables'),
  priority: z.number().int().optional().describe('absent where no flow matched, as are the next four'),
  cookie: z.string().optional(),
  match: z.string().optional().describe("as printed; '' matches all"),
  actions: z.string().optional(),
  flow: z.string().optional().describe('the whole line, as it stands in the dump'),
}
const ending = {
  why: z.string().describe('one of the words of docs/trace.md'),
  about: z.string().describe('the port, VLAN, group or line that it is about; may be empty'),
}

export const traceSchema = z
  .strictObject({
    schema: z.literal('oldhand/trace@1'),
    outcome: z.enum(['delivered', 'dropped', 'inconclusive']),
    packet: z.string().describe('the packet as it was understood, in flow text'),
    outputs: z
      .array(
        z.strictObject({
          host: z.string().optional(),
          bridge: z.string(),
          port: z.string(),
          ofport: z.number().int(),
          packet: z.string().describe('flow text, after all rewrites'),
          tunnel: z
            .strictObject({ id: z.string().describe('decimal'), local: z.string(), remote: z.string() })
            .optional(),
        }),
      )
      .describe('where the packet left the bridges'),
    steps: z
      .array(
        z.strictObject({
          ...flow,
          depth: z.number().int().describe('how deep in the tree: 0 for the first lookup'),
          ended: z.array(z.strictObject(ending)).describe('why something ended here'),
        }),
      )
      .describe('every table that was asked, in order'),
    assumed: z.array(z.strictObject(ending)).describe('what was taken for granted, and what could not be told'),
    blockers: z
      .array(z.strictObject({ ...flow, ...ending }))
      .describe('what drops it, then what would drop it next if that flow were not there'),
  })
  .describe('What `oldhand trace --json` prints.')

export const traceToJson = (traced: Traced): z.infer<typeof traceSchema> => ({
  schema: 'oldhand/trace@1',
  outcome: traced.outcome,
  packet: traced.packet,
  outputs: [...traced.outputs],
  steps: traced.steps.map((step) => ({ ...step, ended: [...step.ended] })),
  assumed: [...traced.assumed],
  blockers: [...traced.blockers],
})

/** The JSON Schema that ships with the package. */
export const traceJsonSchema = (): unknown => z.toJSONSchema(traceSchema)

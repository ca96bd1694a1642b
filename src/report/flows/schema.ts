import { z } from 'zod'
import { type FlowReport, flowVerdict } from '../../core/flow-report.ts'
import type { Language } from '../../core/lang.ts'

/** `oldhand flows --json`, schema `oldhand/flows@1`. */

const row = {
  bridge: z.string(),
  expected: z.string().describe('as `ovs-ofctl add-flow` takes it'),
  why: z.string(),
}

export const flowsSchema = z
  .strictObject({
    schema: z.literal('oldhand/flows@1'),
    verdict: z.enum(['as expected', 'differ', 'unknown']),
    name: z.string(),
    hosts: z.array(
      z.strictObject({
        host: z.string(),
        release: z
          .strictObject({ from: z.number().int(), to: z.number().int() })
          .describe("Neutron's major version; a range where it could not be told"),
        present: z.array(z.strictObject(row)),
        differences: z.array(
          z.strictObject({
            kind: z.enum(['missing', 'wrong', 'foreign']),
            bridge: z.string(),
            expected: row.expected.optional(),
            why: row.why.optional(),
            because: z.strictObject({
              host: z.string(),
              command: z.string(),
              line: z.string(),
              absent: z.string().optional(),
            }),
            command: z.array(z.string()).describe('argv of what puts it right on the host'),
          }),
        ),
        unknown: z.array(z.string()),
        notes: z.array(z.string()),
      }),
    ),
  })
  .describe('What `oldhand flows --json` prints.')

export const flowsToJson = (report: FlowReport, lang: Language): z.infer<typeof flowsSchema> => ({
  schema: 'oldhand/flows@1',
  verdict: flowVerdict(report),
  name: report.name,
  hosts: report.hosts.map(({ host, release, present, differences, unknown, notes }) => ({
    ...{ host, release },
    present: present.map((each) => ({ ...each, why: each.why[lang] })),
    differences: differences.map(({ why, because, command, ...rest }) => ({
      ...rest,
      ...(why === undefined ? {} : { why: why[lang] }),
      because: {
        ...{ host: because.host, command: because.command, line: because.line },
        ...(because.absent === undefined ? {} : { absent: because.absent }),
      },
      command: [...command],
    })),
    unknown: unknown.map((each) => each[lang]),
    notes: notes.map((each) => each[lang]),
  })),
})

/** The JSON Schema that ships with the package. */
export const flowsJsonSchema = (): unknown => z.toJSONSchema(flowsSchema)

import { z } from 'zod'

/** What a finding rests on, for programs. */
export const evidence = z.strictObject({
  host: z.string().describe('where the command ran; `api` for a request to the API'),
  command: z.string().describe('what a person would type to see the same'),
  line: z.string().describe('verbatim from its output'),
  absent: z
    .string()
    .optional()
    .describe('where the point is that the output does not have something: what was looked for; `line` is its first'),
})

import { z } from 'zod'
import { commandLine } from '../../core/answer.ts'
import { failureLine } from '../../core/failure.ts'
import type { Language } from '../../core/lang.ts'
import { surenesses } from '../../core/verdict.ts'
import { findingIds } from '../../watch/finding.ts'
import { outcomes } from '../../watch/story.ts'
import { frameSchema, frameToJson } from '../capture/schema.ts'
import type { Told } from './told.ts'
import { findingWords } from './words.ts'

/** `oldhand watch --json`, schema `oldhand/watch@1`. */
export const watchSchema = z
  .strictObject({
    schema: z.literal('oldhand/watch@1'),
    outcome: z.enum(outcomes),
    subject: z.strictObject({
      asked: z.string(),
      port: z.string().describe("UUID of Neutron's port"),
      name: z.string(),
      host: z.string().nullable().describe('binding:host_id'),
      mac: z.string(),
      ips: z.array(z.string()),
      network: z.string(),
    }),
    findings: z
      .array(
        z.strictObject({
          id: z.enum(findingIds),
          sureness: z.enum(surenesses),
          title: z.string(),
          says: z.string().describe('this case, with its names and numbers'),
          todo: z.string(),
          frames: z.array(frameSchema).describe('the frames that show it'),
        }),
      )
      .describe('surest first'),
    heard: z.array(frameSchema).describe('in order of time'),
    seconds: z.number().nullable().describe("how long the guest's port was heard; null where it was not"),
    unheard: z
      .array(z.strictObject({ host: z.string(), command: z.string(), reason: z.string() }))
      .describe('places that could not be listened to, or not to the end'),
    limits: z.array(z.string()).describe('what could not be known'),
  })
  .describe('What `oldhand watch --json` prints.')

export function watchToJson(told: Told, lang: Language): z.infer<typeof watchSchema> {
  const { subject, story, heard, deaf, limits } = told
  return {
    schema: 'oldhand/watch@1',
    outcome: story.outcome,
    subject: {
      asked: subject.asked,
      port: subject.port.id,
      name: subject.name,
      host: subject.compute ?? null,
      mac: subject.port.mac,
      ips: subject.port.fixedIps.map(({ ip }) => ip),
      network: subject.network.name,
    },
    findings: story.findings.map(({ id, sure, says, frames }) => ({
      id,
      sureness: sure,
      title: findingWords[id].title[lang],
      says: says[lang],
      todo: findingWords[id].todo[lang],
      frames: frames.map(({ frame }) => frameToJson(frame, lang)),
    })),
    heard: heard.map(({ frame }) => frameToJson(frame, lang)),
    seconds: told.seconds ?? null,
    unheard: deaf.map(({ ask, failure }) => ({
      host: ask.host,
      command: commandLine(ask),
      reason: failure ? failureLine(failure)[lang] : '',
    })),
    limits: limits.map((each) => each[lang]),
  }
}

/** The JSON Schema that ships with the package. */
export const watchJsonSchema = (): unknown => z.toJSONSchema(watchSchema)

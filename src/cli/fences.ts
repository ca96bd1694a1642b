import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { say } from '../core/lang.ts'
import { days, type Fences, noFences } from '../repairing.ts'
import { UsageError } from './errors.ts'

const clock = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/)
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)))
const schema = z.strictObject({
  protected: z
    .strictObject({ hosts: z.array(z.string()).default([]), networks: z.array(z.string()).default([]) })
    .default({ hosts: [], networks: [] }),
  windows: z
    .array(z.strictObject({ days: z.array(z.enum(days)).default([...days]), from: clock, to: clock }))
    .default([]),
})

/** `oldhand.yaml`: in the working directory, else in the user's configuration. A file that cannot be read forbids all. */
export function readFences(env: NodeJS.ProcessEnv = process.env): Fences {
  const places = ['oldhand.yaml', join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'oldhand/oldhand.yaml')]
  for (const place of places) {
    const text = textOf(place)
    if (text !== undefined) return fencesOf(text, place)
  }
  return noFences
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw wrong(path, error)
  }
}

function fencesOf(text: string, path: string): Fences {
  try {
    const { protected: fenced, windows } = schema.parse(parse(text) ?? {})
    return { ...fenced, windows }
  } catch (error) {
    throw wrong(path, error)
  }
}

function wrong(path: string, error: unknown): UsageError {
  const why =
    error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error)
  return new UsageError(say(`${path}: ${why}`, `${path}：${why}`))
}

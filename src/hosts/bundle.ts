import { randomBytes } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { gunzipSync, gzipSync } from 'node:zlib'
import { z } from 'zod'
import type { Answer } from '../core/answer.ts'
import { type SwitchWays, switchMethods } from '../core/ask-the-switch.ts'
import { failureReasons } from '../core/failure.ts'
import { type Say, say } from '../core/lang.ts'

const FORMAT = 'oldhand/bundle@1'

/** Everything that a diagnosis was told. Format: docs/bundle-format.md. */
export interface Bundle {
  readonly asked: { readonly vm: string } | { readonly port: string; readonly host: string }
  /** ISO 8601. */
  readonly recordedAt: string
  readonly oldhand: string
  /** Mark of the experiments whose answers it holds; eight hexadecimal digits. */
  readonly run?: string
  /** How the switch was asked, where not as usual: what was asked then is found again by it. */
  readonly ways?: SwitchWays
  readonly answers: readonly Answer[]
}

export class BundleError extends Error {
  readonly say: Say
  constructor(words: Say) {
    super(words.en)
    this.say = words
  }
}

const header = z.object({
  format: z.string(),
  asked: z.union([z.object({ vm: z.string() }), z.object({ port: z.string(), host: z.string() })]),
  recordedAt: z.string(),
  oldhand: z.string(),
  run: z
    .string()
    .regex(/^[0-9a-f]{8}$/)
    .optional(),
  ways: z.object({ method: z.enum(switchMethods), nics: z.record(z.string(), z.string()) }).optional(),
})
const argv = z.array(z.string())
const answer = z.object({
  ask: z.object({
    host: z.string(),
    argv,
    root: z.boolean().optional(),
    pipe: z.array(argv).optional(),
    okExits: z.array(z.number()).optional(),
    maxBytes: z.number().optional(),
  }),
  stdout: z.string(),
  stderr: z.string(),
  exit: z.number().nullable(),
  ms: z.number(),
  failure: z
    .object({ reason: z.enum(failureReasons), detail: z.object({ en: z.string(), zh: z.string() }) })
    .optional(),
})

/** Of unpacked bytes: whether they begin as a bundle does. */
export const isBundle = (data: Uint8Array): boolean =>
  new TextDecoder().decode(data.subarray(0, 64)).startsWith('{"format":"oldhand/bundle@')

/** Written whole or not at all; readable by its owner only. */
export async function writeBundle(file: string, bundle: Bundle): Promise<void> {
  const { answers, ...rest } = bundle
  const lines = [{ format: FORMAT, ...rest }, ...answers].map((line) => JSON.stringify(line))
  const temporary = `${file}.${randomBytes(4).toString('hex')}.tmp`
  try {
    await writeFile(temporary, gzipSync(`${lines.join('\n')}\n`, { level: 9 }), { mode: 0o600 })
    await rename(temporary, file)
  } catch (error) {
    throw new BundleError(say(`Cannot write ${file}: ${messageOf(error)}`, `无法写入 ${file}：${messageOf(error)}`))
  }
}

/** @throws BundleError where the file cannot be read as a bundle. */
export async function readBundle(file: string): Promise<Bundle> {
  const [first, ...rest] = unpack(file, await bytesOf(file))
    .split('\n')
    .filter((line) => line !== '')
  const head = header.safeParse(parsed(file, first ?? ''))
  if (!head.success) throw notABundle(file)
  const { format, run, ways, ...about } = head.data
  if (format !== FORMAT) {
    throw new BundleError(
      say(
        `${file} has format ${format}, and this Oldhand reads ${FORMAT}: use the release that wrote it.`,
        `${file} 的格式是 ${format}，当前版本只能读 ${FORMAT}：请使用录制它的版本。`,
      ),
    )
  }
  return {
    ...about,
    ...(run === undefined ? {} : { run }),
    ...(ways ? { ways } : {}),
    answers: rest.map((line) => answerFrom(file, line)),
  }
}

function answerFrom(file: string, line: string): Answer {
  const read = answer.safeParse(parsed(file, line))
  if (!read.success) throw notABundle(file)
  return read.data as Answer
}

async function bytesOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    throw new BundleError(say(`Cannot read ${file}: ${messageOf(error)}`, `无法读取 ${file}：${messageOf(error)}`))
  }
}

function unpack(file: string, bytes: Buffer): string {
  try {
    return gunzipSync(bytes).toString('utf8')
  } catch {
    throw notABundle(file)
  }
}

function parsed(file: string, line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw notABundle(file)
  }
}

const notABundle = (file: string) =>
  new BundleError(
    say(
      `${file} is not a bundle of Oldhand, or it was cut: record it again with \`oldhand record\`.`,
      `${file} 不是 Oldhand 的 bundle，或文件不完整：请用 \`oldhand record\` 重新录制。`,
    ),
  )
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

import { type Answer, type Evidence, originOf, reading } from '../../core/answer.ts'
import { type Parsed, fact, problem } from '../../core/probe.ts'
import { isRecord, json } from '../../core/scan.ts'

export type Body = Readonly<Record<string, unknown>>

/** One object of the API, whose fields can be cited: the answer is kept as indented JSON, a field a line. */
export interface Resource {
  readonly body: Body
  readonly cite: (field: string) => Evidence
}

/** `{"port": {…}}` → that object. */
export function oneOf(answer: Answer, key: string): Parsed<Resource> {
  const body = json(answer.stdout)
  if (!isRecord(body) || !isRecord(body[key]))
    return problem(`no "${key}" in the API's answer`, `API 返回中没有 "${key}"`)
  return fact(resource(body[key], answer))
}

/** `{"agents": […]}` → its objects. */
export function manyOf(answer: Answer, key: string): Parsed<readonly Resource[]> {
  const body = json(answer.stdout)
  const list = isRecord(body) ? body[key] : undefined
  if (!Array.isArray(list)) return problem(`no "${key}" in the API's answer`, `API 返回中没有 "${key}"`)
  return fact(list.filter(isRecord).map((item) => resource(item, answer)))
}

/** The objects in a list that is a field of another. */
export function listIn(of: Resource, field: string, answer: Answer): readonly Resource[] {
  const list = of.body[field]
  return Array.isArray(list) ? list.filter(isRecord).map((item) => resource(item, answer)) : []
}

/** Evidence that a list does not hold something: the line with its name. */
export const citeList = (answer: Answer, key: string): Evidence =>
  reading(key, answer.stdout.split('\n').find((line) => line.includes(`"${key}"`)) ?? '', originOf(answer))

function resource(body: Body, answer: Answer): Resource {
  return { body, cite: (field) => reading(body[field], lineOf(answer.stdout, body, field), originOf(answer)) }
}

/** The line of a field within the lines of its object, which the object's id marks. */
function lineOf(text: string, body: Body, field: string): string {
  const lines = text.split('\n')
  const wanted = `"${field}": ${JSON.stringify(body[field])}`
  const simple = lines.filter((line) => line.trim().replace(/,$/, '') === wanted)
  if (simple.length === 1) return simple[0] ?? ''
  const start = lines.findIndex((line) => line.includes(`"id": "${String(body.id)}"`))
  const own = start < 0 ? lines : objectAround(lines, start)
  const named = own.filter((line) => line.trim().startsWith(`"${field}":`))
  // A field of an object inside this one has the same name now and then.
  return named.toSorted((a, b) => indentOf(a) - indentOf(b))[0] ?? ''
}

/** The lines of the object that a line is a field of: as far as nothing is indented less. */
function objectAround(lines: readonly string[], at: number): readonly string[] {
  const isOutside = (line: string) => indentOf(line) < indentOf(lines[at] ?? '')
  const before = lines.slice(0, at).findLastIndex(isOutside)
  const after = lines.slice(at).findIndex(isOutside)
  return lines.slice(before + 1, after < 0 ? lines.length : at + after)
}

const indentOf = (line: string) => line.search(/\S|$/)

export const textOf = (r: Resource, field: string): string | undefined => {
  const value = r.body[field]
  return typeof value === 'string' ? value : undefined
}
export const flagOf = (r: Resource, field: string): boolean | undefined => {
  const value = r.body[field]
  return typeof value === 'boolean' ? value : undefined
}
export const numberOf = (r: Resource, field: string): number | undefined => {
  const value = r.body[field]
  return typeof value === 'number' ? value : undefined
}

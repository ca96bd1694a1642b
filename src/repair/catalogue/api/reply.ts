import { isRecord, json } from '../../../core/scan.ts'

/** `{"port": {…}}`: what is inside. */
export function memberOf(text: string, name: string): Readonly<Record<string, unknown>> | undefined {
  const body = json(text)
  const member = isRecord(body) ? body[name] : undefined
  return isRecord(member) ? member : undefined
}

/** `{"networks": [{…}]}`: what is inside; nothing where it is another shape. */
export function membersOf(text: string, name: string): readonly Readonly<Record<string, unknown>>[] | undefined {
  const body = json(text)
  const members = isRecord(body) ? body[name] : undefined
  return Array.isArray(members) ? members.filter(isRecord) : undefined
}

import { isRecord, json } from '../../../core/scan.ts'

export const isUuid = (text: string | undefined): text is string =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text ?? '')

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

/** The few tools that all parsers share. All are linear in their input and never throw. */

export const linesOf = (text: string): readonly string[] => text.split(/\r?\n/).filter((line) => line.trim() !== '')

/** `a=1,b=2` → pairs, split at the top level only (not inside brackets). A word without `=` has the value ''. */
export function pairsOf(text: string, separator = ','): readonly (readonly [string, string])[] {
  return splitTop(text, separator).map((word) => {
    const at = word.indexOf('=')
    return at < 0 ? ([word.trim(), ''] as const) : ([word.slice(0, at).trim(), word.slice(at + 1).trim()] as const)
  })
}

/** Splits at a one-character separator that stands outside of (), [] and {}. */
export function splitTop(text: string, separator: string): readonly string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (c === '(' || c === '[' || c === '{') depth++
    else if (c === ')' || c === ']' || c === '}') depth--
    else if (c === separator && depth <= 0) {
      parts.push(text.slice(from, i))
      from = i + 1
    }
  }
  parts.push(text.slice(from))
  return parts.filter((part) => part.trim() !== '')
}

/** A decimal integer, or `undefined` for anything else. */
export const integer = (text: string | undefined): number | undefined =>
  text !== undefined && /^-?\d{1,15}$/.test(text) ? Number(text) : undefined

/** JSON, or `undefined` for anything else. */
export function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Values by key, in the order in which they come. */
export function groupBy<T, K>(values: readonly T[], keyOf: (value: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>()
  for (const value of values) {
    const key = keyOf(value)
    const group = groups.get(key)
    if (group) group.push(value)
    else groups.set(key, [value])
  }
  return groups
}

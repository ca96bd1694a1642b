/** Splits at commas outside parentheses: `set(eth(a,b)),3` is two. */
export function splitActions(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let i = 0; i < text.length; i++) {
    const letter = text[i]
    if (letter === '(') depth++
    else if (letter === ')') depth--
    else if (letter === ',' && depth === 0) {
      parts.push(text.slice(from, i))
      from = i + 1
    }
  }
  parts.push(text.slice(from))
  return parts.filter((part) => part !== '')
}

/** `name(inner)` as its two parts; a bare word has no inside. */
export function callOf(text: string): { readonly name: string; readonly inner: string } {
  const open = text.indexOf('(')
  return open < 0 ? { name: text, inner: '' } : { name: text.slice(0, open), inner: text.slice(open + 1, -1) }
}

/** `a=1,b(2)` as words with their values. */
export function wordsOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    splitActions(text).map((part) => {
      const at = part.search(/[=(]/)
      if (at < 0) return [part, '']
      return [part.slice(0, at), part[at] === '=' ? part.slice(at + 1) : part.slice(at + 1, -1)]
    }),
  )
}

import type { Match, Option, Rule, Target } from './ruleset.ts'

interface Word {
  readonly text: string
  readonly quoted: boolean
}

/** The words of a rule after its chain; `undefined` where they are none of `iptables-save`'s. */
export function parseWords(text: string): Pick<Rule, 'matches' | 'target'> | undefined {
  const options = optionsOf(split(text))
  return options && assembled(options)
}

/** Words with blanks in them, and some others, stand in double quotes, with `\` before what is meant literally. */
function split(text: string): readonly Word[] {
  return [...text.matchAll(/"((?:[^"\\]|\\[\s\S])*)"|(\S+)/g)].map((found) =>
    found[1] === undefined
      ? { text: found[2] ?? '', quoted: false }
      : { text: found[1].replace(/\\([\s\S])/g, '$1'), quoted: true },
  )
}

/** An option, and all that follows it up to the next. */
function optionsOf(words: readonly Word[]): readonly Option[] | undefined {
  const options: { name: string; negated: boolean; values: string[] }[] = []
  let negated = false
  for (const { text, quoted } of words) {
    if (!quoted && text === '!') negated = true
    else if (!quoted && /^--?[a-zA-Z]/.test(text)) {
      options.push({ name: text, negated, values: [] })
      negated = false
    } else if (negated || options.length === 0) return undefined
    else options.at(-1)?.values.push(text)
  }
  return negated ? undefined : options
}

function assembled(options: readonly Option[]): Pick<Rule, 'matches' | 'target'> | undefined {
  const matches: { module?: string; options: Option[] }[] = []
  let target: { name: string; goto: boolean; options: Option[] } | undefined
  for (const option of options) {
    const [value] = option.values
    const opens = option.name === '-m' || option.name === '-j' || option.name === '-g'
    if (opens && (value === undefined || option.negated)) return undefined
    if (option.name === '-m') matches.push({ module: value ?? '', options: [] })
    else if (opens) target = { name: value ?? '', goto: option.name === '-g', options: [] }
    else if (target) target.options.push(option)
    else (matches.at(-1) ?? opened(matches)).options.push(option)
  }
  return { matches, ...(target ? { target: target satisfies Target } : {}) }
}

/** Before any `-m`, options are iptables' own. */
function opened(matches: Match[] & { options: Option[] }[]): { options: Option[] } {
  const own = { options: [] as Option[] }
  matches.push(own)
  return own
}

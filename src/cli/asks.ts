import { createInterface } from 'node:readline/promises'

/** Asks on the terminal; whatever is not yes is no. The question goes to standard error: standard output is the report's. */
export async function asks(question: string): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^\s*(?:y|yes|是)\s*$/i.test(await prompt.question(`${question} [y/N] `))
  } finally {
    prompt.close()
  }
}

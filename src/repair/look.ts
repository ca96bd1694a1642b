import type { Transport } from '../core/transport.ts'
import { fromAnswer } from '../core/parse-answers.ts'
import { fact, type Parsed } from '../core/probe.ts'
import type { Operation } from './catalogue/operation.ts'

/** What is there now for an operation to change, or why that cannot be known. */
export async function lookAt(
  operation: Pick<Operation, 'looks' | 'state'>,
  host: string,
  transport: Transport,
): Promise<Parsed<string>> {
  const answers = await transport.ask(operation.looks.map((look) => ({ host, ...look })))
  const outputs: string[] = []
  for (const answer of answers) {
    const parsed = fromAnswer(answer, ({ stdout }) => fact(stdout))
    if (!parsed.ok) return parsed
    outputs.push(parsed.fact)
  }
  return operation.state(outputs)
}

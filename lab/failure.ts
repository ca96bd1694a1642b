/** A failure that is told to a person as it stands, without a stack. */
export class LabError extends Error {
  override readonly name = 'LabError'
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

export const lastLines = (text: string, count: number): string => text.trimEnd().split('\n').slice(-count).join('\n')

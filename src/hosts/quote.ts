/**
 * Quotes argv for a POSIX shell: the one place where a command becomes text.
 * @throws RangeError where a word holds a NUL, which no argv can.
 */
export const quoteArgv = (argv: readonly string[]): string => argv.map(quoteWord).join(' ')

function quoteWord(word: string): string {
  if (word.includes('\0')) throw new RangeError('a word of a command cannot hold a NUL byte')
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

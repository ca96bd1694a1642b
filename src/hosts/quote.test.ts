import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quoteArgv } from './quote.ts'

const throughShell = (argv: readonly string[]) =>
  execFileSync('sh', ['-c', `printf '%s\\0' ${quoteArgv(argv)}`])
    .toString()
    .split('\0')
    .slice(0, -1)

const hostile = [
  "it's",
  '$(reboot)',
  '`reboot`',
  'a;b',
  'a\nb',
  '\\',
  '"',
  '-rf',
  '',
  ' ',
  '*',
  '~root',
  '!!',
  '虚拟机',
  '\u0001',
  "'\\''",
  '#x',
  '$HOME',
  '&& x',
]

test('hostile names reach the command as they are', () => {
  expect(throughShell(hostile)).toEqual(hostile)
})

test('any words reach the command as they are', () => {
  const word = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((w) => !w.includes('\0'))
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (argv) => {
      expect(throughShell(argv)).toEqual(argv)
    }),
    { numRuns: 60 },
  )
})

test('a NUL byte is refused, for no argv can hold one', () => {
  expect(() => quoteArgv(['a\0b'])).toThrow(RangeError)
})

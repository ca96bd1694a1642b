import { expect, test } from 'vitest'
import { closedNow } from '../../src/repair/windows.ts'

const night = { days: ['fri'], from: 22 * 60, to: 4 * 60 } as const
/** 2026-11-27 is a Friday. */
const at = (day: number, hour: number, minute = 0) => new Date(2026, 10, day, hour, minute)

test.each([
  [at(27, 21, 59), false],
  [at(27, 22, 0), true],
  [at(28, 3, 59), true],
  [at(28, 4, 0), false],
  [at(28, 22, 30), false],
  [at(27, 3, 0), false],
])('a window from Friday 22:00 to 04:00, at %s', (now, isOpen) => {
  expect(closedNow([night], now) === undefined).toBe(isOpen)
})

test('without any window repairs are always allowed; a closed one says when it opens', () => {
  expect(closedNow([], at(27, 12))).toBeUndefined()
  expect(closedNow([night], at(27, 12))?.en).toMatch(/fri 22:00-04:00/)
})
